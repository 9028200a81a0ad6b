"""Which rules the next boot loads: what augenrules(8) compiles, or audit.rules where the service loads that file."""

import re
from typing import NamedTuple

from rongdun_agent.audit_rules.machine import Machine
from rongdun_agent.audit_rules.parse import Rules, parse_rules
from rongdun_agent.host import Host
from rongdun_agent.systemd_units import Units, read_settings

RULES_DIR, RULES_FILE = "/etc/audit/rules.d", "/etc/audit/audit.rules"
_LOADERS = ("audit-rules.service", "auditd.service")
_DIGITS = re.compile(r"([0-9]+)")
_ENDINGS = re.compile(r"(?:\.[A-Za-z~][A-Za-z0-9~]*)*$")
_SINGLED = {
    "D": re.compile(r"\s*-D\s*$"),
    "b": re.compile(r"\s*-b"),
    "f": re.compile(r"\s*-f"),
    "e": re.compile(r"\s*-e"),
}
"""Options of which augenrules keeps only the last."""
_PROGRAMS = ("/usr/sbin/auditctl", "/sbin/auditctl")
_IN_EVERY_SYSTEM = ("/etc", "/usr/bin", "/var/log")
_ELF_MACHINE = slice(18, 20)
_MACHINES = {62: "x86_64", 183: "aarch64"}


class BootRules(NamedTuple):
    """The rules, and where they come from as a whole."""

    rules: Rules
    where: str


def read_boot_rules(host: Host, units: Units) -> BootRules:
    """The rules in the order in which they would be loaded; raises `Refused` without the right to read them."""
    if _loads_one_file(units):
        return BootRules(parse_rules(numbered(host, RULES_FILE), machine(host)), RULES_FILE)
    return BootRules(parse_rules(_compiled(host), machine(host)), RULES_DIR)


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
    """What augenrules writes: all files as one text; the last -D, -b and -f first, the last -e at the end."""
    lines: list[tuple[str, str]] = []
    names = [name for name in host.list_dir(RULES_DIR) if name.endswith(".rules") and not name.startswith(".")]
    begun = False
    for name in sorted(names, key=version_order):
        text = host.read_text(f"{RULES_DIR}/{name}") or ""
        for number, line in enumerate(text.removesuffix("\n").split("\n") if text else (), 1):
            if begun and lines:  # the file before has no newline at its end: augenrules joins the two lines
                lines[-1] = (lines[-1][0], lines[-1][1] + line)
            else:
                lines.append((f"{RULES_DIR}/{name}:{number}", line))
            begun = False
        begun = bool(text) and not text.endswith("\n")
    lines = [(where, line) for where, line in lines if line and not line.lstrip().startswith("#")]
    singled = {option: [each for each in lines if pattern.match(each[1])] for option, pattern in _SINGLED.items()}
    between = [each for each in lines if not any(pattern.match(each[1]) for pattern in _SINGLED.values())]
    return [each for option in "Dbf" for each in singled[option][-1:]] + between + singled["e"][-1:]


def numbered(host: Host, path: str) -> list[tuple[str, str]]:
    """Lines that are no comments, each with its place."""
    lines = ((f"{path}:{number}", line.strip(" ")) for number, line in enumerate(host.lines(path), 1))
    return [(where, line) for where, line in lines if line and not line.startswith("#")]


def machine(host: Host) -> Machine:
    """The machine by auditctl's own header; a tree of a few files shows too little to miss a directory in it."""
    program = next((data for path in _PROGRAMS if (data := host.read_bytes(path))), b"")
    kind = int.from_bytes(program[_ELF_MACHINE], "little") if program.startswith(b"\x7fELF") else 0
    if not host.live and not all(map(host.is_dir, _IN_EVERY_SYSTEM)):
        return Machine(_MACHINES.get(kind))

    def has_place(path: str, directory: bool) -> bool:  # noqa: FBT001 - the shape that Machine asks for
        return host.is_dir(path if directory else path.rpartition("/")[0] or "/")

    return Machine(_MACHINES.get(kind), has_place)


def version_order(name: str) -> tuple[list[int], list[int], str]:
    """The order of `ls -v`: without endings like `.rules` first, and then with them."""
    return _natural(_ENDINGS.sub("", name)), _natural(name), name


def _natural(text: str) -> list[int]:
    """Runs of digits count as numbers; letters come before other characters, `~` before the end of the text."""
    found: list[int] = []
    for index, part in enumerate(_DIGITS.split(text)):
        if index % 2:
            found += (0, int(part))
        else:
            found += (-2 if char == "~" else ord(char) if char.isalpha() else ord(char) + 256 for char in part)
    return [*found, -1]
