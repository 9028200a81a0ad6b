"""An organisation's overlay: parameters of rules tightened for good, or loosened for a while by a waiver.

What a waiver allows counts until its expiry, and then no more: the rule's own value returns by itself. Time is an
argument; nothing is read here but values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from rongdun_contract.findings import Evidence, Finding
from rongdun_contract.rules.matchers.matcher import shown


@dataclass(frozen=True, slots=True)
class Waiver:
    """An accepted risk: why, by whom, and the moment from which it counts no more."""

    reason: str
    approver: str
    expiry: datetime

    def words(self) -> str:
        """As a finding tells it."""
        return f"waiver until {self.expiry.isoformat()}, approved by {self.approver}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One parameter as the organisation wants it; `source` is where the overlay says so."""

    rule: str
    name: str
    value: Any
    own: str
    """The rule's own value, by level where it has several, in words."""
    source: str
    waiver: Waiver | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it is in force at a moment."""
        return self.waiver is None or now < self.waiver.expiry


@dataclass(frozen=True, slots=True)
class Overlay:
    """All parameters that an organisation adjusts; `document` is what the file says, for digests."""

    id: str
    title: Mapping[str, str]
    adjusted: tuple[Adjusted, ...]
    document: Mapping[str, Any]

    def at(self, now: datetime) -> "InForce":
        """What it comes to at a moment."""
        return InForce(
            tuple(one for one in self.adjusted if one.counts(now)),
            tuple(one for one in self.adjusted if not one.counts(now)),
        )


NO_OVERLAY: Final = Overlay("", {}, (), {})


class InForce(NamedTuple):
    """The adjustments that count at a moment, and those whose waiver has expired."""

    counting: tuple[Adjusted, ...]
    expired: tuple[Adjusted, ...]

    def params(self, what_if: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Values by rule and name, as `evaluate` takes them; those of a what-if go before."""
        found: dict[str, dict[str, Any]] = {}
        for one in self.counting:
            found.setdefault(one.rule, {})[one.name] = one.value
        for rule, values in what_if.items():
            found[rule] = found.get(rule, {}) | dict(values)
        return found

    def without(self, what_if: Mapping[str, Mapping[str, Any]]) -> "InForce":
        """What is left to say of the overlay beside a what-if."""
        kept = [tuple(one for one in some if one.name not in what_if.get(one.rule, {})) for some in self]
        return InForce(*kept)

    def told(self, finding: Finding) -> Finding:
        """The finding with what the overlay made of its rule, valid no longer than the waivers that it rests on."""
        if finding.verdict == "not_applicable":
            return finding
        counting = [one for one in self.counting if one.rule == finding.rule]
        rows = [row_of(one, counts=True) for one in counting]
        rows += [row_of(one, counts=False) for one in self.expired if one.rule == finding.rule]
        if not rows:
            return finding
        ends = [one.waiver.expiry for one in counting if one.waiver is not None]
        valid_until = min((moment for moment in (*ends, finding.valid_until) if moment is not None), default=None)
        return finding.model_copy(
            update={"evidence": (*finding.evidence, *rows), "valid_until": valid_until},
        )


def row_of(one: Adjusted, *, counts: bool) -> Evidence:
    """A parameter in a finding's evidence: its value, what the rule itself says, and by what right it differs."""
    waiver = "" if one.waiver is None else f"; {one.waiver.words()}"
    if counts:
        return Evidence(what=_name(one), found=shown(one.value), wanted=f"{one.own}{waiver}", source=one.source)
    return Evidence(what=_name(one), found=one.own, wanted=f"{shown(one.value)}{waiver}, expired", source=one.source)


def _name(one: Adjusted) -> str:
    return f"{one.rule}.{one.name}"
