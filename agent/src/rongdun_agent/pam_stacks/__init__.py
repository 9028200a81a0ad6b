"""PAM: configuration files to chains of modules, and what those chains demand, found by walking them as libpam does."""
