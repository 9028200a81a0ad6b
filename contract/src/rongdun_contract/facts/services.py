"""systemd service units, sockets and the like: what starts, what is barred, what runs."""

from rongdun_contract.facts.model import FactModel, Maybe


class ServiceUnit(FactModel):
    """One unit file, drop-ins resolved.

    `enablement` as `systemctl is-enabled` would say: enabled, enabled-runtime, linked, linked-runtime, alias, masked,
    masked-runtime, static, indirect, disabled, generated, transient; `bad` where systemd refuses the file. An init
    script that no unit replaces is a service too, enabled or disabled by its links.
    """

    enablement: Maybe[str]
    running: Maybe[bool | None] = None
    """A process of it lives (control group).

    Absent for what is no daemon (other types, templates, services that end by themselves or are only started on
    demand), and in trees without /proc.
    """
    user: Maybe[str | None] = None
    """This and what follows, `file` apart, is unknown where the unit or a drop-in of it may not be read."""
    dynamic_user: Maybe[bool] = False
    file: str
    content: Maybe[str | None] = None
    """Names what the unit and its drop-ins say: the first 16 digits of a SHA-256 over their lines without comments.

    Absent where there is nothing to read: a masked unit, an init script.
    """
    exec_start: Maybe[tuple[str, ...]] = ()
    """Programs that it starts, without their arguments."""
    restart: Maybe[str | None] = None
    refuse_manual_stop: Maybe[bool] = False
    writable_by_others: Maybe[bool] = False
    """The unit file, a drop-in, a program or script of it, or a directory above can be changed by others than root."""


class Services(FactModel):
    """Units by full name (`ssh.service`, `ssh.socket`, `ctrl-alt-del.target`), with aliases and pulled-in instances.

    Left out: devices, scopes, slices, and what generators make of fstab (section `mounts` has it).
    """

    manager: str | None = None
    """`systemd` where it starts the services, or absent."""
    default_target: Maybe[str | None] = None
    units: dict[str, ServiceUnit] = {}
