"""Drills: what hosts look like against their pinned reference, moment by moment, and how fast people answered."""
