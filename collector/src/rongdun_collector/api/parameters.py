"""Query parameters that several routes share."""

from typing import Annotated

from fastapi import Depends, Query

from rongdun_collector.store.hosts import HostFilter, Presence
from rongdun_contract.wire import Moment

AsOf = Annotated[
    Moment | None,
    Query(description="a moment with its zone, such as 2026-01-31T08:00:00+08:00 (`+` is written %2B); else now"),
]
Since = Annotated[Moment | None, Query(description="a moment with its zone; else 24 hours ago")]


def host_filter(  # noqa: PLR0913, PLR0917 - one for each query parameter
    unit: Annotated[str | None, Query(description="id or name of a unit")] = None,
    system: Annotated[str | None, Query(description="id or name of a system")] = None,
    level: Annotated[int | None, Query(ge=2, le=4)] = None,
    presence: Annotated[Presence | None, Query(description="else all that are not retired")] = None,
    conflict: Annotated[bool | None, Query(description="in conflict with another host, or not")] = None,
    q: Annotated[str | None, Query(description="part of the hostname", max_length=253)] = None,
) -> HostFilter:
    """Which hosts are asked for."""
    return HostFilter(unit, system, level, presence, conflict, q or None)


HostFilterDep = Annotated[HostFilter, Depends(host_filter)]
