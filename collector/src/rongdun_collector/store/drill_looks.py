"""Which state a host was at when something was seen in a drill."""

from datetime import datetime

from sqlalchemy import Connection, select

from rongdun_collector.store.tables.drills import DRILL_JOURNAL

_J = DRILL_JOURNAL.c


def root_at(connection: Connection, drill: str, host: str, at: datetime) -> str | None:
    """The root digest of the last state that had been received of a host by then; None where there was none."""
    query = select(_J.root).where(_J.drill == drill, _J.host == host, _J.received_at <= at)
    found: str | None = connection.scalar(query.order_by(_J.received_at.desc()).limit(1))
    return found
