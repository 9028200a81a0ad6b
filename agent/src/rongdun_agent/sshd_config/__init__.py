"""sshd_config(5) as the daemon of each release understands it, resolved without running the daemon."""
