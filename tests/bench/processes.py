"""What a process that stays holds and uses, by the kernel's own figures."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

_MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(?P<path>.*)")


class Memory(NamedTuple):
    """KiB; `pss` as on a host where no other process runs the same program."""

    rss: int
    pss: int


def memory(pid: int, own: tuple[str, ...]) -> Memory:
    """Read smaps: files below `own` count whole, for here others run the same interpreter and would share its pages."""
    rss = pss = 0
    alone = False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "Rss":
            rss += (resident := int(rest.split()[0]))
            pss += resident if alone else 0
        elif name == "Pss":
            pss += 0 if alone else int(rest.split()[0])
        elif found := _MAPPING.fullmatch(line):
            alone = found["path"].startswith(own)
    return Memory(rss, pss)


def own_cpu_s(pid: int) -> float:
    """Seconds of processor time of a process with one thread, to the nanosecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def children_cpu_s(pid: int) -> float:
    """The same of all its children that have ended, and of theirs."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def has_children(pid: int) -> bool:
    """Whether any child runs now."""
    return any(path.read_text().strip() for path in Path(f"/proc/{pid}/task").glob("*/children"))
