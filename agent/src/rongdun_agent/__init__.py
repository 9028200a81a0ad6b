"""Reads one host into typed facts, judges them, and reports what changed."""
