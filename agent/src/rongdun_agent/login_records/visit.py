"""One login, from whichever record."""

from typing import NamedTuple


class Visit(NamedTuple):
    """When, in whole seconds since 1970, from where (empty: a local terminal), and the record that says so."""

    at: int
    origin: str
    source: str


def latest(*visits: Visit | None) -> Visit | None:
    """The last of them; of two at the same moment the one that is named first."""
    found = [visit for visit in visits if visit is not None]
    return max(found, key=lambda visit: visit.at, default=None)
