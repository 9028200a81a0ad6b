"""A drill as it stands, or stood: every figure that pages, metrics and scores show comes from here."""

from datetime import datetime

from sqlalchemy import Connection

from rongdun_collector.drill.records import DrillView


def drill_view(connection: Connection, drill_id: str, now: datetime) -> DrillView | None:
    """The drill at `now`, or when it was frozen or ended if that is earlier; None where there is no such drill."""
    raise NotImplementedError
