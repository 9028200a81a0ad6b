"""Why a signal named an object: what its rule found in the state of then, and how that differs from the reference."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection

from rongdun_collector.drill.records import Drill, SignalObject
from rongdun_collector.drill.telling import LEVEL
from rongdun_collector.store import documents, drill_looks
from rongdun_contract.documents import Section, Survey, Unavailable
from rongdun_contract.evaluate import evaluate
from rongdun_contract.findings import Finding
from rongdun_contract.reasons import REASONS
from rongdun_contract.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class SectionPair:
    """A section that the rule reads, in the reference and when the object was seen."""

    name: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rule found; `finding` None where the state of then, or the reference, is not there to judge."""

    finding: Finding | None
    sections: tuple[SectionPair, ...]


def read_evidence(
    connection: Connection, drill: Drill, one: SignalObject, rule: Rule, reference: str | None
) -> Evidence:
    """Judge once more what was judged when the object was detected, with the sources beside the facts."""
    root = drill_looks.root_at(connection, drill.id, one.host, one.detected_at)
    before, after = _survey(connection, reference, rule.sections), _survey(connection, root, rule.sections)
    if before is None or after is None:
        return Evidence(None, ())
    (finding,) = evaluate([rule], after, now=drill.opened_at, level=LEVEL, reference=before)
    pairs = (_pair(name, before.get(name), after.get(name)) for name in sorted(rule.sections))
    return Evidence(finding, tuple(pair for pair in pairs if pair is not None and pair.before != pair.after))


def _pair(name: str, before: Section | Unavailable | None, after: Section | Unavailable | None) -> SectionPair | None:
    if isinstance(before, Section) and isinstance(after, Section):
        return SectionPair(name, before.facts, after.facts)
    return None


def _survey(connection: Connection, root: str | None, sections: Collection[str]) -> Survey | None:
    manifest = None if root is None else documents.load_manifest(connection, root)
    if manifest is None:
        return None
    entries = {name: entry for name, entry in from_json(manifest).items() if name in sections}
    wanted = {entry[part] for entry in entries.values() if "facts" in entry for part in ("facts", "sources")}
    stored = {digest: from_json(data) for digest, data in documents.load_documents(connection, wanted).items()}
    return {name: _section(entry, stored) for name, entry in entries.items()}


def _section(entry: Mapping[str, Any], stored: Mapping[str, Any]) -> Section | Unavailable:
    if "facts" not in entry:
        return Unavailable(next((one for one in REASONS if one == entry.get("unavailable")), "error"))
    facts = stored.get(entry["facts"])
    if facts is None:
        return Unavailable("error", "a stored document is gone")
    sources = stored.get(entry["sources"], {})
    return Section(entry["schema"], facts, sources, entry["facts"], entry["sources"])
