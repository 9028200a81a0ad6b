"""What changed on one host: its facts by section, and its results."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.api.hosts import known_host
from rongdun_collector.services import ServicesDep
from rongdun_collector.store import results, states

router = APIRouter(tags=["hosts"])


class SectionInterval(AnswerModel):
    """From `valid_from` until before `valid_to` (null: now) the section was these documents, or not to be had.

    Equal `facts` in neighbours mean that only the places changed that the facts came from.
    """

    section: str
    valid_from: datetime
    valid_to: datetime | None
    facts: str | None
    sources: str | None
    unavailable: str | None


class ResultInterval(AnswerModel):
    """From `valid_from` until before `valid_to` (null: now) the host had this score."""

    valid_from: datetime
    valid_to: datetime | None
    level: int
    score: float | None
    confidence: float | None
    result_set: str


class HostHistory(AnswerModel):
    """Latest first."""

    host: str
    sections: list[SectionInterval]
    results: list[ResultInterval]


@router.get("/v1/hosts/{host}/history")
def get_history(
    host: str,
    services: ServicesDep,
    section: Annotated[str | None, Query(description="only this section")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> HostHistory:
    """The latest intervals of the host's sections and of its results."""
    with services.store.read() as connection:
        known_host(connection, host, services.heard_since)
        intervals = states.section_history(connection, host, section, limit)
        outcomes = results.result_history(connection, host, limit)
    return HostHistory(
        host=host,
        sections=[
            SectionInterval(
                section=name,
                valid_from=at.valid_from,
                valid_to=at.valid_to,
                facts=at.facts,
                sources=at.sources,
                unavailable=at.unavailable,
            )
            for name, at in intervals
        ],
        results=[
            ResultInterval(
                valid_from=one.valid_from,
                valid_to=one.valid_to,
                level=one.level,
                score=one.score,
                confidence=one.confidence,
                result_set=one.result_set,
            )
            for one in outcomes
        ],
    )
