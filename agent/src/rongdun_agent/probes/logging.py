"""Where log records go, how long they stay, and who may read them."""

import re
from collections.abc import Sequence
from typing import Literal

from rongdun_agent.drop_in_files import configuration_directories, drop_in_files
from rongdun_agent.host import Host, Refused
from rongdun_agent.logrotate_config import Entry, kept_days, read_entries, to_rotation
from rongdun_agent.probed import Probed
from rongdun_agent.rsyslog_config import Flow, follow, read_statements
from rongdun_agent.systemd_units.syntax import Assignment, boolean, last, parse
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.logging import FOREVER_DAYS, Journal, Logging, LogTarget

RSYSLOG, SYSLOG_NG = ("/usr/sbin/rsyslogd", "/sbin/rsyslogd"), ("/usr/sbin/syslog-ng", "/sbin/syslog-ng")
JOURNALD = ("/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald")
LOGIN_RECORDS = ("/var/log/wtmp", "/var/log/btmp")
_REFUSED, _UNDECIDED = Unknown(unknown="no permission"), Unknown(unknown="undecided")
_SPAN = re.compile(r"(\d+)\s*(us|ms|s|sec|m|min|h|hr|d|day|days|w|week|weeks|month|months|y|year|years)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800, "month": 2_629_800, "y": 31_557_600}


def probe(host: Host) -> Probed:
    """Read the daemon's, the journal's and logrotate's configuration."""
    sources: dict[str, Source] = {}
    daemon: Literal["rsyslog", "syslog-ng"] | None = None
    if _any(host, RSYSLOG) or _any(host, SYSLOG_NG):
        daemon = "rsyslog" if _any(host, RSYSLOG) else "syslog-ng"
    flow = _flow(host) if daemon == "rsyslog" else _UNDECIDED if daemon else None
    entries = _entries(host)
    journal = _journal(host, sources)
    facts = Logging(
        daemon=daemon,
        targets=_targets(flow, sources),
        covered_facilities=_covered(flow, sources),
        remote=_remote(flow),
        remote_encrypted=_encrypted(flow),
        accepts_remote=flow.listens if isinstance(flow, Flow) else flow or False,
        file_create_mode=_create_mode(flow),
        journal=journal,
        rotations=entries if isinstance(entries, Unknown) else tuple(to_rotation(entry) for entry in entries),
        system_log_keeps_days=_system_logs(flow, entries, sources),
        login_records_keep_days=_login_records(host, entries, sources),
    )
    if not isinstance(entries, Unknown):
        sources |= {f"rotations[{at}]": Source(where=entry.where) for at, entry in enumerate(entries)}
    return Probed(facts, sources)


def _any(host: Host, programs: Sequence[str]) -> bool:
    return any(host.exists(program) for program in programs)


def _flow(host: Host) -> Flow | Unknown:
    try:
        return follow(read_statements(host))
    except Refused:
        return _REFUSED


def _entries(host: Host) -> tuple[Entry, ...] | Unknown:
    try:
        return read_entries(host)
    except Refused:
        return _REFUSED


def _targets(flow: Flow | Unknown | None, sources: dict[str, Source]) -> Maybe[tuple[LogTarget, ...]]:
    if not isinstance(flow, Flow):
        return flow or ()
    sources |= {f"targets[{at}]": Source(where=where) for at, (_, where) in enumerate(flow.targets)}
    return tuple(target for target, _ in flow.targets)


def _covered(flow: Flow | Unknown | None, sources: dict[str, Source]) -> Maybe[tuple[str, ...]]:
    """Conditions may take records away before they are kept, or keep more of them; then only all or unknown is said."""
    if not isinstance(flow, Flow):
        return flow or ()
    if flow.unclear:
        return _UNDECIDED
    names = tuple(sorted(flow.covered))
    sources |= {f"covered_facilities[{at}]": Source(where=flow.covered[name]) for at, name in enumerate(names)}
    return names


def _create_mode(flow: Flow | Unknown | None) -> Maybe[int | None]:
    """Conditions may hide actions whose files are made in another way."""
    if not isinstance(flow, Flow):
        return flow
    return _UNDECIDED if flow.unclear else flow.file_create_mode


def _remote(flow: Flow | Unknown | None) -> Maybe[bool]:
    if not isinstance(flow, Flow):
        return flow or False
    if {"auth", "authpriv"} <= flow.remote_for:
        return True
    return _UNDECIDED if flow.unclear else False


def _encrypted(flow: Flow | Unknown | None) -> Maybe[bool]:
    if not isinstance(flow, Flow):
        return flow or False
    remote = [target for target, _ in flow.targets if target.kind == "remote"]
    return bool(remote) and all(target.tls for target in remote)


def _system_logs(
    flow: Flow | Unknown | None, entries: tuple[Entry, ...] | Unknown, sources: dict[str, Source]
) -> Maybe[int | None]:
    if not isinstance(flow, Flow):
        return flow
    return _shortest(sorted(flow.files), entries, "system_log_keeps_days", sources)


def _login_records(host: Host, entries: tuple[Entry, ...] | Unknown, sources: dict[str, Source]) -> Maybe[int | None]:
    try:
        there = [path for path in LOGIN_RECORDS if host.exists(path)]
    except Refused:
        return _REFUSED
    return _shortest(there, entries, "login_records_keep_days", sources)


def _shortest(
    paths: Sequence[str], entries: tuple[Entry, ...] | Unknown, fact: str, sources: dict[str, Source]
) -> Maybe[int | None]:
    """The file that is gone first; a known short time decides before an unknown one."""
    if not paths or isinstance(entries, Unknown):
        return entries if paths and isinstance(entries, Unknown) else None
    found = [kept_days(entries, path) for path in paths]
    known = [(days, where) for days, where in found if not isinstance(days, Unknown)]
    unknown = next(((days, where) for days, where in found if isinstance(days, Unknown)), None)
    days, where = min(known, key=lambda each: each[0], default=(FOREVER_DAYS, None))
    if unknown is not None:
        sources[fact] = Source(where=unknown[1] or "")
        return unknown[0]
    sources[fact] = Source(where=where or "nothing rotates " + " ".join(paths))
    return days


def _journal(host: Host, sources: dict[str, Source]) -> Journal:
    """journald.conf(5): the main file, then drop-ins; the last assignment of a key counts."""
    if not _any(host, JOURNALD):
        return Journal()
    main = next((p for p in ("/etc/systemd/journald.conf", "/usr/lib/systemd/journald.conf") if host.is_file(p)), None)
    files = ((main,) if main else ()) + drop_in_files(host, configuration_directories("systemd/journald.conf.d"))
    keys = {"Journal": frozenset(("Storage", "ForwardToSyslog", "Compress", "MaxRetentionSec"))}
    found: list[Assignment] = []
    for path in files:
        for one in parse(host.read_text(path) or "", keys):
            found.append(one)
            sources[f"journal.{_FACTS[one.key]}"] = Source(where=f"{path}:{one.line}")
    storage = last(found, "Storage")
    kind = storage.value.lower() if storage else "auto"
    return Journal(
        present=True,
        storage=kind,
        persistent=kind == "persistent" or (kind == "auto" and _journal_on_disk(host)),
        forward_to_syslog=_truth(last(found, "ForwardToSyslog")),
        compress=_truth(last(found, "Compress")),
        maximum_retention_s=_seconds(last(found, "MaxRetentionSec")),
    )


def _journal_on_disk(host: Host) -> Maybe[bool]:
    try:
        return host.is_dir("/var/log/journal")
    except Refused:
        return _REFUSED


_FACTS = {
    "Storage": "storage",
    "ForwardToSyslog": "forward_to_syslog",
    "Compress": "compress",
    "MaxRetentionSec": "maximum_retention_s",
}


def _truth(said: Assignment | None) -> bool | None:
    return boolean(said.value) if said else None


def _seconds(said: Assignment | None) -> int | None:
    """A time span of systemd.time(7), as far as journald's sample file uses it."""
    match = _SPAN.fullmatch(said.value.strip().lower()) if said else None
    if match is None:
        return None
    unit = match[2] or "s"
    return int(match[1]) * next((s for name, s in _SECONDS.items() if unit.rstrip("s").startswith(name)), 1)
