"""What changed in the fleet since a moment."""

from datetime import datetime, timedelta

from fastapi import APIRouter

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.api.parameters import Since
from rongdun_collector.services import ServicesDep

router = APIRouter(tags=["fleet"])


class ChangedHost(AnswerModel):
    """A host whose result changed: rules that fail now and did not (`worse`), rules that do not any more (`better`)."""

    host: str
    hostname: str
    unit: str | None
    changed_at: datetime
    score_before: float | None
    score: float | None
    worse: list[str]
    better: list[str]


class HostAt(AnswerModel):
    """A host and a moment."""

    host: str
    hostname: str
    at: datetime


class ChangesAnswer(AnswerModel):
    """What is different from what it was at `since`; latest first. `silent` hosts were last heard of `at`."""

    since: datetime
    changed: list[ChangedHost]
    enrolled: list[HostAt]
    silent: list[HostAt]


@router.get("/v1/changes")
def get_changes(services: ServicesDep, since: Since = None) -> ChangesAnswer:
    """Results that are others now, hosts that are new, hosts that went silent."""
    now = services.now()
    with services.store.read() as connection:
        found = services.overview.changes(connection, since or now - timedelta(days=1), now, services.silent_after)
    return ChangesAnswer(
        since=found.since,
        changed=[
            ChangedHost(
                host=one.host,
                hostname=one.hostname,
                unit=one.unit,
                changed_at=one.changed_at,
                score_before=one.score_before,
                score=one.score,
                worse=list(one.worse),
                better=list(one.better),
            )
            for one in found.results
        ],
        enrolled=[HostAt(host=host, hostname=name, at=at) for host, name, at in found.enrolled],
        silent=[HostAt(host=host, hostname=name, at=at) for host, name, at in found.silent],
    )
