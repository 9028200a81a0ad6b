"""Which rules the next boot loads: what augenrules(8) compiles, or audit.rules where the service loads that file."""

import re
from typing import NamedTuple

from rongdun_agent.audit_rules.parse import Rules, parse_rules
from rongdun_agent.host import Host
from rongdun_agent.systemd_units import Units, read_settings

RULES_DIR, RULES_FILE = "/etc/audit/rules.d", "/etc/audit/audit.rules"
_LOADERS = ("audit-rules.service", "auditd.service")
_DIGITS = re.compile(r"([0-9]+)")
_FIRST = ("-D", "-b", "-f")


class BootRules(NamedTuple):
    """The rules, and where they come from as a whole."""

    rules: Rules
    where: str


def read_boot_rules(host: Host, units: Units) -> BootRules:
    """The rules in the order in which they would be loaded; raises `Refused` without the right to read them."""
    if _loads_one_file(units):
        return BootRules(parse_rules(_numbered(host, RULES_FILE)), RULES_FILE)
    return BootRules(parse_rules(_compiled(host)), RULES_DIR)


def _loads_one_file(units: Units) -> bool:
    """Whether the service runs `auditctl -R` itself instead of augenrules."""
    for name in _LOADERS:
        unit = units.find(name)
        if unit is not None:
            programs = read_settings(unit.file, units.drop_ins(unit)).touched
            names = {program.rpartition("/")[2] for program in programs}
            return "auditctl" in names and "augenrules" not in names
    return False


def _compiled(host: Host) -> list[tuple[str, str]]:
    """What augenrules writes: files by version sort; -D, -b and -f first, the last -e at the end."""
    lines: list[tuple[str, str]] = []
    for name in sorted(host.list_dir(RULES_DIR), key=_version):
        if name.endswith(".rules"):
            lines += _numbered(host, f"{RULES_DIR}/{name}")
    first = [line for line in lines if line[1].split(None, 1)[:1] and line[1].split(None, 1)[0] in _FIRST]
    last = [line for line in lines if line[1].startswith("-e")]
    between = [line for line in lines if line not in first and line not in last]
    return first + between + last[-1:]


def _numbered(host: Host, path: str) -> list[tuple[str, str]]:
    lines = ((f"{path}:{number}", line.strip()) for number, line in enumerate(host.lines(path), 1))
    return [(where, line) for where, line in lines if line and not line.startswith("#")]


def _version(name: str) -> list[str | int]:
    """Order of `ls -v`: runs of digits count as numbers."""
    return [int(part) if part.isdigit() else part for part in _DIGITS.split(name)]
