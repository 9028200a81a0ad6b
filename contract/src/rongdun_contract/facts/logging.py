"""Where log records go, how long they stay, and who may read them."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe


class LogTarget(FactModel):
    """One destination of syslog records: a file, a remote host, a pipe, or a program's input."""

    selector: str
    kind: Literal["file", "remote", "users", "pipe", "program", "discard", "other"]
    target: str
    transport: Literal["udp", "tcp", "relp"] | None = None
    tls: bool = False
    queue_on_disk: bool = False


class Rotation(FactModel):
    """One logrotate(8) entry; `keeps_days` is rotations x period, absent when unbounded or by size alone."""

    paths: tuple[str, ...]
    period: Literal["hourly", "daily", "weekly", "monthly", "yearly", "size"] | None = None
    rotations: int | None = None
    maximum_age_days: int | None = None
    keeps_days: Maybe[int | None] = None


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
    """Facilities whose `info` records reach some file or remote host."""
    remote: Maybe[bool] = False
    remote_encrypted: Maybe[bool] = False
    accepts_remote: Maybe[bool] = False
    file_create_mode: Maybe[int | None] = None
    journal: Journal = Journal()
    rotations: Maybe[tuple[Rotation, ...]] = ()
    system_log_keeps_days: Maybe[int | None] = None
    """The shortest `keeps_days` among the system log files that are written and rotated; absent: kept for ever."""
    login_records_keep_days: Maybe[int | None] = None
    """The same for wtmp and btmp."""
