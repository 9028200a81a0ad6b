"""Drill mode: a process of its own that lives for a drill only, looks again at what moved, and reports it at once."""
