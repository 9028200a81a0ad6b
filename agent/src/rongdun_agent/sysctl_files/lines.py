"""Lines of sysctl.d(5): `key = value`, `-key = value` where a failure does not matter, `-key` to spare a key."""

from collections.abc import Iterator
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.sysctl_files.keys import proc_path


class Line(NamedTuple):
    """One line; without a value it takes a key out of the patterns that would set it."""

    path: str
    """Below /proc/sys; may be a pattern."""
    value: str | None
    where: str


def read_lines(host: Host, path: str) -> Iterator[Line]:
    """The lines of a file that mean something; none when it is absent."""
    for number, raw in enumerate(host.lines(path), 1):
        text = raw.strip()
        if not text or text[0] in "#;":
            continue
        key, equals, value = text.partition("=")
        spared = key.startswith("-")
        if not equals and not spared:
            continue
        name = proc_path(key.removeprefix("-").strip())
        if name:
            yield Line(name, value.strip() if equals else None, f"{path}:{number}")
