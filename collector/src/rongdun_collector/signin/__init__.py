"""Who may look: passwords, sessions, keys for programs, and the guard in front of it all."""
