"""A reader of shell start-up files: what a login shell ends up with, or that nobody can tell without running it."""
