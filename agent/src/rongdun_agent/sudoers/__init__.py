"""sudoers(5): files to entries, aliases expanded, Defaults and grants as sudo itself reads them."""
