"""Where log records go, how long they stay, and who may read them."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe

FOREVER_DAYS = 36_500
"""Stands for "nothing ever removes it"."""


class LogTarget(FactModel):
    """One destination of syslog records: a file, a remote host, a pipe, or a program's input."""

    selector: str
    kind: Literal["file", "remote", "users", "pipe", "program", "discard", "other"]
    target: str
    transport: Literal["udp", "tcp", "relp"] | None = None
    tls: bool = False
    queue_on_disk: bool = False


class Rotation(FactModel):
    """One logrotate(8) entry; `keeps_days` is rotations x period, FOREVER_DAYS where nothing is removed.

    Where size alone or beside time decides, it depends on how much is written: undecided.
    """

    paths: tuple[str, ...]
    period: Literal["hourly", "daily", "weekly", "monthly", "yearly", "size"] | None = None
    rotations: int | None = None
    maximum_age_days: int | None = None
    keeps_days: Maybe[int] = 0


class Journal(FactModel):
    """journald.conf(5) with its drop-ins; `persistent` also tells whether /var/log/journal is there for `auto`."""

    present: bool = False
    storage: str | None = None
    persistent: Maybe[bool] = False
    forward_to_syslog: bool | None = None
    compress: bool | None = None
    maximum_retention_s: int | None = None


class Logging(FactModel):
    """rsyslog or syslog-ng, journald and logrotate together."""

    daemon: Literal["rsyslog", "syslog-ng"] | None = None
    valid: Maybe[bool] = True
    targets: Maybe[tuple[LogTarget, ...]] = ()
    covered_facilities: Maybe[tuple[str, ...]] = ()
    """Facilities whose `info` records reach some file or remote host, whatever they say."""
    remote: Maybe[bool] = False
    """Records of `auth` and `authpriv` reach another host."""
    remote_encrypted: Maybe[bool] = False
    accepts_remote: Maybe[bool] = False
    file_create_mode: Maybe[int | None] = None
    """All permission bits that some new log file may be made with; absent where the daemon writes no file."""
    journal: Journal = Journal()
    rotations: Maybe[tuple[Rotation, ...]] = ()
    system_log_keeps_days: Maybe[int | None] = None
    """The shortest `keeps_days` among the files that the daemon writes to; absent: it writes to none."""
    login_records_keep_days: Maybe[int | None] = None
    """The same for wtmp and btmp; absent where the host keeps neither."""
