"""Receives the facts of many hosts, remembers, judges, measures and shows them."""
