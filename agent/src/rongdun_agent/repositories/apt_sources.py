"""sources.list(5), both forms: repositories whose signature apt does not insist on."""

import re
from collections.abc import Iterator, Mapping

from rongdun_agent.host import Host
from rongdun_agent.redaction import without_credentials
from rongdun_agent.repositories.words import is_true

MAIN = "/etc/apt/sources.list"
PARTS = "/etc/apt/sources.list.d"

_PART_NAME = re.compile(r"[A-Za-z0-9_.-]+\.(list|sources)")
_ONE_LINE = re.compile(r"\s*deb\s+(?:\[(?P<options>[^\]]*)\]\s*)?(?P<uri>\S+)\s+(?P<suite>[^\s#]+)")
_OPTION = re.compile(r"([A-Za-z-]+)\s*[+-]?=\s*(\S+)")
_UNSIGNED = ("trusted", "allow-insecure", "allow-weak")


def unsigned_repositories(host: Host) -> Iterator[tuple[str, str]]:
    """`URI suite` and `path:line` of each enabled repository that says it is trusted as it is."""
    parts = (f"{PARTS}/{name}" for name in host.list_dir(PARTS) if _PART_NAME.fullmatch(name))
    for path in (MAIN, *parts):
        read = _deb822 if path.endswith(".sources") else _one_line
        yield from read(path, host.lines(path))


def _one_line(path: str, lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, 1):
        entry = _ONE_LINE.match(line)
        if entry and _says_unsigned({key.lower(): value for key, value in _OPTION.findall(entry["options"] or "")}):
            yield f"{without_credentials(entry['uri'])} {entry['suite']}", f"{path}:{number}"


def _deb822(path: str, lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for number, fields in _stanzas(lines):
        wanted = "deb" in fields.get("types", "").split() and is_true(fields.get("enabled", "yes"))
        if wanted and _says_unsigned(fields):
            for uri in fields.get("uris", "").split():
                for suite in fields.get("suites", "").split():
                    yield f"{without_credentials(uri)} {suite}", f"{path}:{number}"


def _stanzas(lines: tuple[str, ...]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """First line's number and fields, lower-case names, of each paragraph."""
    fields: dict[str, str] = {}
    start, last = 1, ""
    for number, line in enumerate((*lines, ""), 1):
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield start, fields
            fields, last = {}, ""
        elif line[0] in " \t":
            fields[last] = f"{fields.get(last, '')} {line.strip()}"
        else:
            start = start if fields else number
            name, _, value = line.partition(":")
            last = name.strip().lower()
            fields[last] = value.strip()


def _says_unsigned(options: Mapping[str, str]) -> bool:
    return any(is_true(options.get(name, "no")) for name in _UNSIGNED)
