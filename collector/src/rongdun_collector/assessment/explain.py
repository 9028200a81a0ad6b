"""Findings on one host with their evidence: from its own facts and sources, now or as of an earlier moment."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection

from rongdun_collector.assessment.assessor import read_times
from rongdun_collector.assessment.judge import known_reason
from rongdun_collector.assessment.ruleset import Ruleset
from rongdun_collector.store import documents, states, volatile
from rongdun_collector.store.hosts import HostRow
from rongdun_collector.store.states import SectionAt
from rongdun_collector.store.volatile import VolatileAt
from rongdun_contract.documents import Section, Survey, Unavailable
from rongdun_contract.evaluate.overlaid import evaluate_under
from rongdun_contract.findings import Finding


def explain(
    connection: Connection, ruleset: Ruleset, host: HostRow, now: datetime, as_of: datetime | None = None
) -> tuple[Finding, ...]:
    """All findings on a host with evidence, by the rules in force; `as_of` judges what it was then, at that time.

    Volatile sections are kept in their latest form only, so they take part in judging the present, not the past.
    """
    survey = load_survey(connection, host, ruleset.sections, as_of)
    return evaluate_under(ruleset.overlay, ruleset.rules, survey, now=as_of or now, level=host.level)


def load_survey(
    connection: Connection, host: HostRow, sections: Collection[str] | None = None, as_of: datetime | None = None
) -> Survey:
    """The sections of a host (all, or those named) with facts and sources, now or as of a moment."""
    found = {
        name: at
        for name, at in states.sections_at(connection, host.id, as_of).items()
        if sections is None or name in sections
    }
    digests = [digest for at in found.values() for digest in (at.facts, at.sources) if digest is not None]
    stored = documents.load_documents(connection, digests)
    moments = read_times(host.read_at) if as_of is None else {}
    survey: dict[str, Section | Unavailable] = {
        name: _stable(at, stored, moments.get(name)) for name, at in found.items()
    }
    if as_of is None:
        latest = volatile.volatile_sections(connection, [host.id], sections)[host.id]
        survey |= {name: _changing(at) for name, at in latest.items()}
    return survey


def _stable(at: SectionAt, stored: dict[str, bytes], taken_at: datetime | None) -> Section | Unavailable:
    facts, sources = stored.get(at.facts or ""), stored.get(at.sources or "")
    if at.facts is None or at.sources is None or at.schema_number is None:
        return _unavailable(at.unavailable)
    if facts is None or sources is None:
        return Unavailable("error", "a stored document is gone")
    return Section(at.schema_number, from_json(facts), _sources(sources), at.facts, at.sources, taken_at=taken_at)


def _changing(at: VolatileAt) -> Section | Unavailable:
    if at.facts is None or at.schema_number is None or at.facts_digest is None:
        return _unavailable(at.unavailable)
    sources = at.sources or b"{}"
    return Section(at.schema_number, from_json(at.facts), _sources(sources), at.facts_digest, "", taken_at=at.taken_at)


def _sources(data: bytes) -> dict[str, dict[str, Any]]:
    """Sources by the path of their fact; what is none, because no agent of ours sent it, is left out."""
    return {path: said for path, said in from_json(data).items() if _is_source(said)}


def _is_source(said: object) -> bool:
    if not isinstance(said, dict) or not isinstance(said.get("where"), str):
        return False
    overrides = said.get("overrides", [])
    return isinstance(overrides, list) and all(isinstance(one, str) for one in overrides)


def _unavailable(reason: str | None) -> Unavailable:
    return Unavailable(known_reason(reason))
