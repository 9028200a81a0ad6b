"""What the collector remembers: functions of a connection, by subject; one schema on SQLite and PostgreSQL."""
