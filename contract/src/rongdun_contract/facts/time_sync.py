"""Who keeps the clock right."""

from rongdun_contract.facts.model import FactModel, Maybe


class TimeSync(FactModel):
    """The daemon that would run: chrony, ntpd (ntpsec), systemd-timesyncd, openntpd."""

    daemons: tuple[str, ...] = ()
    """Installed ones that are enabled or running."""
    servers: Maybe[tuple[str, ...]] = ()
    """Servers and pools that the enabled daemon's configuration names, built-in fallbacks left out."""
    fallback_servers: tuple[str, ...] = ()
    synchronized: Maybe[bool | None] = None
    """The kernel's clock is not flagged unsynchronised (adjtimex(2), STA_UNSYNC)."""
    time_zone: str | None = None
