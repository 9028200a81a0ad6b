"""Tests of drill mode; what they share is imported by its full name."""
