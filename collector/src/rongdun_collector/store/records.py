"""What is written down about a host besides its facts: its enrolments and its probes' health."""

import json
from typing import Any

from sqlalchemy import Connection, select

from rongdun_collector.store.tables.hosts import ENROLMENTS, HOST_PROBES


def enrolments(connection: Connection, host: str) -> list[dict[str, Any]]:
    """Each time the host was enrolled: when, the decision, its reasons, what the host claimed; latest first."""
    columns = ENROLMENTS.c
    query = select(columns.at, columns.decision, columns.reasons, columns.claims).where(columns.host == host)
    return [
        {
            "at": row.at,
            "decision": row.decision,
            "reasons": json.loads(row.reasons),
            "claims": json.loads(row.claims),
        }
        for row in connection.execute(query.order_by(columns.at.desc()))
    ]


def probes(connection: Connection, host: str) -> dict[str, Any]:
    """How each probe fared when the agent last said so: seconds, and the error if there was one."""
    said = connection.scalar(select(HOST_PROBES.c.probes).where(HOST_PROBES.c.host == host))
    return json.loads(said) if said else {}
