"""Facts of one host, section by section, now or as of an earlier moment."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.api.hosts import known_host
from rongdun_collector.api.parameters import AsOf
from rongdun_collector.assessment.explain import load_survey
from rongdun_collector.problems import not_found
from rongdun_collector.services import ServicesDep
from rongdun_contract.documents import Section

router = APIRouter(tags=["hosts"])


class SectionAnswer(AnswerModel):
    """A section's two documents, or why it could not be read; `read_at` where it was not read with the host's state."""

    host: str
    section: str
    schema_number: int | None = None
    facts: dict[str, Any] | None = None
    sources: dict[str, Any] | None = None
    unavailable: str | None = None
    read_at: datetime | None = None


@router.get("/v1/hosts/{host}/facts/{section}")
def get_facts(host: str, section: str, services: ServicesDep, as_of: AsOf = None) -> SectionAnswer:
    """One section of the host's facts, with where each of them came from."""
    with services.store.read() as connection:
        row = known_host(connection, host, services.heard_since)
        found = load_survey(connection, row, [section], as_of).get(section)
    if found is None:
        raise not_found(
            f"host {host} had no section {section!r} then", f"GET /v1/hosts/{host}/history lists what it had."
        )
    if not isinstance(found, Section):
        return SectionAnswer(host=host, section=section, unavailable=found.reason)
    return SectionAnswer(
        host=host,
        section=section,
        schema_number=found.schema,
        facts=dict(found.facts),
        sources=dict(found.sources),
        read_at=found.taken_at,
    )
