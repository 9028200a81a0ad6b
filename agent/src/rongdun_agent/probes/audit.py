"""The audit system: rules that the next boot loads, rules that the kernel has, and auditd.conf(5)."""

from collections.abc import Callable

from rongdun_agent.audit_rules import BootRules, Rules, parse_rules, read_boot_rules, to_ruleset
from rongdun_agent.audit_rules.boot import machine
from rongdun_agent.host import COMMANDS, CommandFailed, Host, NotLive, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.systemd_units import Units
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.audit import Audit, Auditd, Ruleset

PROGRAMS = ("/usr/sbin/auditd", "/sbin/auditd")
SETTINGS = "/etc/audit/auditd.conf"
KERNEL = "auditctl"
_DEFAULTS = {
    "log_file": "/var/log/audit/audit.log",
    "max_log_file": "0",
    "num_logs": "0",
    "max_log_file_action": "ignore",
    "space_left_action": "ignore",
    "admin_space_left_action": "ignore",
    "disk_full_action": "ignore",
    "disk_error_action": "syslog",
    "write_logs": "yes",
    "log_group": "root",
}
"""What auditd starts with before it reads its file (from general knowledge of its source; unverified)."""

_FACTS = {"max_log_file": "max_log_file_mb"}


def probe(host: Host) -> Probed:
    """Read both rule sets and the settings; without the right to, each of them is unknown on its own."""
    installed = any(host.exists(program) for program in PROGRAMS)
    written = _written(host) if installed else None
    running = _running(host)
    at_boot, boot_sources = _at_boot(host, written)
    loaded, loaded_sources = _loaded(host, running)
    settings, settings_sources = _settings(host) if installed else (None, {})
    facts = Audit(
        installed=installed,
        at_boot=at_boot,
        loaded=loaded,
        loaded_as_written=_same(written, running),
        kernel_enabled=_kernel_enabled(host) if installed else None,
        settings=settings,
    )
    return Probed(facts, boot_sources | loaded_sources | settings_sources)


def _written(host: Host) -> BootRules | Refused:
    try:
        return read_boot_rules(host, host.once(Units))
    except Refused as refused:
        return refused


def _running(host: Host) -> Rules | Unknown | None:
    """What the kernel has, by `auditctl -l`; absent where there is no auditctl to have loaded any."""
    try:
        output = host.run(COMMANDS["auditctl_rules"])
    except NotLive:
        return Unknown(unknown="not a live host")
    except Refused:
        return Unknown(unknown="no permission")
    except CommandFailed:
        return Unknown(unknown="error")
    if output is None:
        return None
    lines = [] if output.stdout.startswith("No rules") else output.stdout.splitlines()
    return parse_rules((KERNEL, line) for line in lines)


def _at_boot(host: Host, written: BootRules | Refused | None) -> tuple[Maybe[Ruleset | None], dict[str, Source]]:
    if written is None:
        return None, {}
    try:
        if isinstance(written, Refused):
            raise written
        facts, sources = to_ruleset(written.rules, _directories(host), "at_boot", machine(host).name)
    except Refused as refused:
        return Unknown(unknown="no permission"), {"at_boot": Source(where=refused.path)}
    stopped = () if written.rules.stopped_at is None else (f"loading stops at {written.rules.stopped_at}",)
    return facts, {"at_boot": Source(where=written.where, overrides=stopped)} | sources


def _loaded(host: Host, running: Rules | Unknown | None) -> tuple[Maybe[Ruleset | None], dict[str, Source]]:
    if running is None or isinstance(running, Unknown):
        told = running is None or running.unknown == "not a live host"
        return running, {} if told else {"loaded": Source(where=KERNEL)}
    facts, _ = to_ruleset(running, _directories(host), "loaded", machine(host).name)
    return facts, {"loaded": Source(where=KERNEL)}


def _same(written: BootRules | Refused | None, running: Rules | Unknown | None) -> Maybe[bool | None]:
    if isinstance(written, Refused):
        return Unknown(unknown="no permission")
    if written is None or running is None or isinstance(running, Unknown):
        return running if isinstance(running, Unknown) and written is not None else None
    return {rule.identity for rule in written.rules.rules} == {rule.identity for rule in running.rules}


def _kernel_enabled(host: Host) -> Maybe[int | None]:
    try:
        output = host.run(COMMANDS["auditctl_status"])
    except NotLive:
        return Unknown(unknown="not a live host")
    except Refused:
        return Unknown(unknown="no permission")
    except CommandFailed:
        return Unknown(unknown="error")
    words = (line.split() for line in output.stdout.splitlines()) if output else iter(())
    return next((int(word[1]) for word in words if len(word) > 1 and word[0] == "enabled"), None)


def _settings(host: Host) -> tuple[Maybe[Auditd | None], dict[str, Source]]:
    try:
        lines = host.lines(SETTINGS)
    except Refused:
        return Unknown(unknown="no permission"), {"settings": Source(where=SETTINGS)}
    values, sources = dict(_DEFAULTS), {"settings": Source(where=f"{SETTINGS} or auditd's own defaults")}
    for number, line in enumerate(lines, 1):
        name, equals, value = (part.strip() for part in line.partition("="))
        name = name.lower()
        if equals and name in values and value:
            values[name] = value
            sources[f"settings.{_FACTS.get(name, name)}"] = Source(where=f"{SETTINGS}:{number}")
    return _auditd(values), sources


def _auditd(values: dict[str, str]) -> Auditd:
    actions = {name: values[name].split()[0].lower() for name in values if name.endswith("_action")}
    return Auditd(
        log_file=values["log_file"],
        max_log_file_mb=_number(values["max_log_file"]),
        num_logs=_number(values["num_logs"]),
        write_logs=values["write_logs"].lower() != "no",
        log_group=values["log_group"],
        **actions,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def _directories(host: Host) -> Callable[[str], bool]:
    """Whether a watched path is a directory here, as auditctl asks when it loads a watch."""

    def is_directory(path: str) -> bool:
        found = host.stat(path)
        return found is not None and found.type == "directory"

    return is_directory
