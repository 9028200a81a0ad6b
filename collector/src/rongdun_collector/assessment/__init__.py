"""Stored facts judged by the rules in force, once per distinct set of facts, and again when the answer ripens."""
