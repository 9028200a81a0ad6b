"""Who may interfere with starting up: boot loader, rescue shells, the three-key reboot."""

from rongdun_contract.facts.model import FactModel, Maybe


class Boot(FactModel):
    """GRUB's password, sulogin in the rescue units, Ctrl-Alt-Del."""

    loader: Maybe[str | None] = None
    loader_password: Maybe[bool | None] = None
    """A superuser with a pbkdf2 password guards the menu; absent where no loader is found (a container)."""
    loader_entries_unrestricted: Maybe[bool | None] = None
    rescue_needs_password: Maybe[bool | None] = None
    ctrl_alt_del_reboots: Maybe[bool | None] = None
    debug_shell_enabled: Maybe[bool] = False
