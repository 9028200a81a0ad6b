"""How a watcher fares: for `rongdun-agent status`, and one line in the journal for each reading and delivery."""

import resource
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, TextIO

_UNCHANGED_S = 2.0


@dataclass(slots=True)
class Report:
    """Kept in the state directory; times are RFC 3339, UTC."""

    since: str
    pid: int
    at: str = ""
    directories: int = 0
    untold: dict[str, str] = field(default_factory=dict)
    """Sections that are read without being told of changes, and why."""
    errors: dict[str, str] = field(default_factory=dict)
    """Sections that could not be read last time."""
    readings: int = 0
    states: int = 0
    delivered: int = 0
    pending: int = 0
    last_delivery: str | None = None
    problem: str | None = None
    interval_s: int | None = None
    """What the collector asked for last; the next cycle bounds it."""
    cpu_s: float = 0.0
    peak_bytes: int = 0

    def as_plain(self) -> dict[str, Any]:
        """As it is kept."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        self.cpu_s = round(usage.ru_utime + usage.ru_stime, 2)
        self.peak_bytes = usage.ru_maxrss * 1024
        self.at = stamp(datetime.now(UTC))
        return asdict(self)


class Journal:
    """Lines for people, each written at once; what writes them is a service, whose output the journal keeps."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        """`out` is flushed after each line."""
        self._out = out
        self._unchanged_at = float("-inf")

    def say(self, *words: object) -> None:
        """One line with the time to the millisecond: whoever names a file must not write further ones."""
        line = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in " ".join(map(str, words)))
        print(stamp(datetime.now(UTC)), "watch:", line, file=self._out, flush=True)

    def has_read(self, names: Iterable[str], why: Iterable[str], seconds: float, sequence: int | None) -> None:
        """Sections that were read because something moved, and the state that they became.

        Of those that are touched again and again without a change one line in a while is enough.
        """
        if sequence is None:
            now = time.monotonic()
            if now < self._unchanged_at + _UNCHANGED_S:
                return
            self._unchanged_at = now
        result = "unchanged" if sequence is None else f"changed, state {sequence}"
        self.say(f"{', '.join(names)} read in {seconds * 1000:.0f} ms ({', '.join(dict.fromkeys(why))}): {result}")


def stamp(at: datetime) -> str:
    """A moment to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
