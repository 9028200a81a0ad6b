"""Judging the host that we are on, or a tree: what `scan` and `explain` do."""
