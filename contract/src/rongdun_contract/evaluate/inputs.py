"""The facts that a rule may look at: usable, new enough and fresh enough, or unknown with the reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rongdun_contract.documents import Section, Survey, Unavailable
from rongdun_contract.reasons import Reason
from rongdun_contract.rules.logic import earliest
from rongdun_contract.rules.paths import LEVEL
from rongdun_contract.rules.rule import Rule


def facts_for(rule: Rule, survey: Survey, now: datetime, level: int) -> tuple[dict[str, Any], datetime | None]:
    """The sections that a rule reads, each as its facts or as an unknown; and how long all of them stay fresh."""
    facts: dict[str, Any] = {LEVEL: level}
    moments: list[datetime | None] = []
    for name, schema in rule.needs.items():
        part = survey.get(name)
        reason = _why_unusable(part, schema)
        if reason is None and isinstance(part, Section):
            expiry = _expiry(rule, name, part)
            if expiry is None or expiry >= now:
                facts[name] = part.facts
                moments.append(expiry)
                continue
        facts[name] = {"unknown": reason or "not probed"}
    return facts, earliest(moments)


def reference_for(rule: Rule, reference: Survey | None) -> dict[str, Any]:
    """The same sections of the earlier survey; what is not there, or older than the rule can read, is no reference."""
    found = {name: (reference or {}).get(name) for name in rule.needs}
    return {
        name: part.facts
        if isinstance(part, Section) and part.schema >= rule.needs[name]
        else {"unknown": "no reference"}
        for name, part in found.items()
    }


def _why_unusable(part: Section | Unavailable | None, schema: int) -> Reason | None:
    if part is None:
        return "not probed"
    if isinstance(part, Unavailable):
        return part.reason
    return "agent too old" if part.schema < schema else None


def _expiry(rule: Rule, name: str, part: Section) -> datetime | None:
    """When a section becomes too old for the rule; one that changes by itself and has no time is too old already."""
    if rule.max_age_s is None:
        return None
    if part.taken_at is None:
        return datetime.min.replace(tzinfo=UTC) if name in rule.volatile else None
    return part.taken_at.astimezone(UTC) + timedelta(seconds=rule.max_age_s)
