"""systemd service units, sockets and the like: what starts, what is barred, what runs."""

from rongdun_contract.facts.model import FactModel, Maybe


class ServiceUnit(FactModel):
    """One unit file, drop-ins resolved.

    `enablement` as `systemctl is-enabled` would say: enabled, enabled-runtime, linked, alias, masked, static, indirect,
    disabled, generated, transient.
    """

    enablement: Maybe[str]
    running: Maybe[bool | None] = None
    """A process of it lives (control group); absent for units that are not daemons and in trees without /proc."""
    user: str | None = None
    dynamic_user: bool = False
    file: str
    exec_start: tuple[str, ...] = ()
    """Programs (argv[0]) that it starts."""
    restart: str | None = None
    refuse_manual_stop: bool = False
    writable_by_others: Maybe[bool] = False
    """The unit file, a drop-in or a program it starts can be changed by someone besides root."""


class Services(FactModel):
    """Units by full name (`ssh.service`, `ssh.socket`, `ctrl-alt-del.target`)."""

    manager: str | None = None
    """`systemd`, or absent."""
    default_target: str | None = None
    units: dict[str, ServiceUnit] = {}
