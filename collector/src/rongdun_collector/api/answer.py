"""What the API's answers are made of."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from rongdun_collector.store.hosts import HostRow, Presence


class AnswerModel(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(AnswerModel):
    """An entry of the register."""

    id: str
    name: str


class HostSummary(AnswerModel):
    """A host in a list. `score` is 0 to 100 and `confidence` 0 to 1; both are null before the first result.

    `counts` has the rules by verdict; `failures` those that fail, by severity. A host becomes `silent` after the time
    that the collector's settings name; what is said of it then is what was true when it was last heard of.
    """

    id: str
    hostname: str
    agent: str | None
    unit: Named | None
    system: Named | None
    level: int
    critical: bool
    presence: Presence
    conflict: bool
    enrolled_at: datetime
    seen_at: datetime | None
    facts_since: datetime | None
    facts_until: datetime | None
    score: float | None
    confidence: float | None
    counts: dict[str, int] | None
    failures: dict[str, int] | None


VERDICT_COLUMNS = {"pass": "passed", "fail": "failed", "unknown": "unknown", "not_applicable": "not_applicable"}
SEVERITY_COLUMNS = ("critical", "high", "medium", "low")


def host_summary(row: HostRow) -> HostSummary:
    """A host as answers show it."""
    counted = row.counted
    return HostSummary(**_identity(row), **_presence(row), **_result(row, counted))


def _identity(row: HostRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "hostname": row.hostname,
        "agent": row.agent,
        "unit": Named(id=row.unit, name=row.unit_name or row.unit) if row.unit else None,
        "system": Named(id=row.system, name=row.system_name or row.system) if row.system else None,
        "level": row.level,
        "critical": row.critical,
        "enrolled_at": row.enrolled_at,
    }


def _presence(row: HostRow) -> dict[str, Any]:
    return {
        "presence": row.presence,
        "conflict": row.in_conflict,
        "seen_at": row.seen_at,
        "facts_since": row.taken_at,
        "facts_until": row.confirmed_until,
    }


def _result(row: HostRow, counted: dict[str, int] | None) -> dict[str, Any]:
    return {
        "score": row.score,
        "confidence": row.confidence,
        "counts": counted and {verdict: counted[column] for verdict, column in VERDICT_COLUMNS.items()},
        "failures": counted and {severity: counted[severity] for severity in SEVERITY_COLUMNS},
    }
