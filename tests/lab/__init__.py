"""Real parts to test against: Debian roots, PostgreSQL, Prometheus; started and cached by the tests themselves."""
