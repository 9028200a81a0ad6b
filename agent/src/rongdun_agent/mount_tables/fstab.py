"""fstab(5)."""

import re
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.mount_tables.octal import unescaped

PATH = "/etc/fstab"

_OMITTED = ["auto", "defaults"]
"""What mount(8) takes for a third and a fourth field that are not there."""
_BLANKS = re.compile(r"[ \t\r]+")
_SECRET = re.compile(r"(?i)^(\w*pass\w*|\w*pwd|\w*secret\w*|\w*key)=.+")


class FstabEntry(NamedTuple):
    """A line: what, where, type and options as listed; secrets keep their names only."""

    source: str
    target: str
    type: str
    options: tuple[str, ...]
    where: str


def read_fstab(host: Host) -> tuple[FstabEntry, ...]:
    """All lines that name something to mount, in the order of the file; a line of one field names nothing."""
    entries = []
    for number, line in enumerate(host.lines(PATH), 1):
        fields = _BLANKS.split(line.strip(" \t\r"))
        if len(fields) > 1 and not fields[0].startswith("#"):
            source, target, kind, options = map(unescaped, (fields + _OMITTED[len(fields) - 2 :])[:4])
            entries.append(FstabEntry(source, target, kind, _listed(options), f"{PATH}:{number}"))
    return tuple(entries)


def _listed(options: str) -> tuple[str, ...]:
    return tuple(_SECRET.sub(r"\1", option) for option in options.split(",") if option)
