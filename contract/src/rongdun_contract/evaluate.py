"""One pure function that decides everything: rules and facts in, findings out; even the time is an argument."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from rongdun_contract.documents import Section, Survey, Unavailable
from rongdun_contract.findings import Evidence, Finding, NamedObject
from rongdun_contract.reasons import Reason
from rongdun_contract.rules.judging import TOP, Atom, Frame, Judge, Run
from rongdun_contract.rules.logic import HOLDS, Outcome, Truth, earliest
from rongdun_contract.rules.paths import LEVEL
from rongdun_contract.rules.rule import Rule

NO_PARAMS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType({})
MAX_ATOMS: Final = 1000
MAX_ROWS: Final[Mapping[Truth, int]] = MappingProxyType({Truth.FALSE: 20, Truth.UNKNOWN: 20})
"""Rows of evidence by verdict; for the others FEW_ROWS."""
FEW_ROWS: Final = 3
MAX_SHOWN: Final = 200


class Circumstances(NamedTuple):
    """All that a rule is judged under besides the facts."""

    now: datetime
    params: Mapping[str, Mapping[str, Any]]
    level: int
    reference: Survey | None


class _Judgement(NamedTuple):
    """What a rule came to, the condition that decided, and where it looked."""

    outcome: Outcome
    judge: Judge
    by_applies: bool
    frame: Frame
    run: Run


def evaluate(  # noqa: PLR0913 - all that a verdict depends on, by name
    rules: Iterable[Rule],
    survey: Survey,
    *,
    now: datetime,
    params: Mapping[str, Mapping[str, Any]] = NO_PARAMS,
    level: int = 3,
    reference: Survey | None = None,
) -> tuple[Finding, ...]:
    """Judge a host by its facts, one finding for each rule in their order.

    `now` has a time zone; `params` has overrides by rule and name (checked before); `reference` is the survey that
    `new:` compares with. A rule that breaks is `unknown: error` and does not disturb the others.
    """
    circumstances = Circumstances(now.astimezone(UTC), params, level, reference)
    return tuple(_finding(rule, survey, circumstances) for rule in rules)


def _finding(rule: Rule, survey: Survey, circumstances: Circumstances) -> Finding:
    try:
        return _judged(rule, survey, circumstances)
    except Exception as error:  # noqa: BLE001 - one rule's fault is data, and the others go on
        what = Evidence(what=rule.id, found=_shortened(f"{type(error).__name__}: {error}"), wanted="")
        return Finding(rule=rule.id, severity=rule.severity, verdict="unknown", reason="error", evidence=(what,))


def _judged(rule: Rule, survey: Survey, circumstances: Circumstances) -> Finding:
    facts, fresh_until = _facts(rule, survey, circumstances)
    judgement = _judgement(rule, Frame(facts), circumstances)
    outcome = judgement.outcome
    atoms = list(islice(judgement.judge.trace(judgement.frame, judgement.run, TOP), MAX_ATOMS))
    failed = outcome.truth is Truth.FALSE and not judgement.by_applies
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        verdict="not_applicable" if judgement.by_applies and outcome.truth is Truth.FALSE else outcome.truth.value,
        reason=_reason(judgement, atoms),
        valid_until=earliest((outcome.until, fresh_until)),
        objects=tuple(_objects(atoms)) if failed else (),
        evidence=tuple(_evidence(atoms, survey, MAX_ROWS.get(outcome.truth, FEW_ROWS))),
    )


def _judgement(rule: Rule, frame: Frame, circumstances: Circumstances) -> _Judgement:
    overrides = circumstances.params.get(rule.id, {})
    values = rule.defaults(circumstances.level) | dict(overrides)
    run = Run(circumstances.now, values, Frame(_reference_facts(rule, circumstances.reference)))
    applies, expect = rule.judges
    applied = HOLDS if applies is None else applies.test(frame, run)
    if applies is not None and applied.truth is not Truth.TRUE:
        return _Judgement(applied, applies, by_applies=True, frame=frame, run=run)
    outcome = expect.test(frame, run)
    outcome = outcome._replace(until=earliest((applied.until, outcome.until)))
    return _Judgement(outcome, expect, by_applies=False, frame=frame, run=run)


def _facts(rule: Rule, survey: Survey, circumstances: Circumstances) -> tuple[dict[str, Any], datetime | None]:
    """The sections that a rule reads, each as its facts or as an unknown; and how long all of them stay fresh."""
    facts: dict[str, Any] = {LEVEL: circumstances.level}
    moments: list[datetime | None] = []
    for name, schema in rule.needs.items():
        part = survey.get(name)
        reason = _why_unusable(part, schema)
        if reason is None and isinstance(part, Section):
            expiry = _expiry(rule, name, part)
            if expiry is not None and expiry < circumstances.now:
                reason = "not probed"
            else:
                facts[name] = part.facts
                moments.append(expiry)
        if reason is not None:
            facts[name] = {"unknown": reason}
    return facts, earliest(moments)


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


def _reference_facts(rule: Rule, reference: Survey | None) -> dict[str, Any]:
    found = {name: (reference or {}).get(name) for name in rule.needs}
    return {
        name: part.facts
        if isinstance(part, Section) and part.schema >= rule.needs[name]
        else {"unknown": "no reference"}
        for name, part in found.items()
    }


def _reason(judgement: _Judgement, atoms: list[Atom]) -> str | None:
    truth = judgement.outcome.truth
    if truth is Truth.UNKNOWN:
        return judgement.outcome.reason
    if not atoms or truth is Truth.TRUE or (truth is Truth.FALSE and not judgement.by_applies):
        return None
    place, found, wanted = atoms[0]
    return _shortened(f"{place.shown}: {found}; wanted {wanted}" if judgement.by_applies else f"{place.shown}: {found}")


def _objects(atoms: list[Atom]) -> Iterator[NamedObject]:
    keys = dict.fromkeys(" / ".join(atom.place.objects) for atom in atoms if atom.place.objects)
    return (NamedObject(key=key) for key in keys)


def _evidence(atoms: list[Atom], survey: Survey, rows: int) -> Iterator[Evidence]:
    for atom in atoms[:rows]:
        source = _source(survey, atom.place.pieces)
        yield Evidence(
            what=atom.place.shown,
            found=_shortened(atom.found),
            wanted=_shortened(atom.wanted),
            source=source.get("where"),
            overrides=tuple(source.get("overrides", ())),
        )
    if len(atoms) > rows:
        count = f"{len(atoms) - rows}" if len(atoms) < MAX_ATOMS else f"at least {MAX_ATOMS - rows}"
        yield Evidence(what="…", found=f"{count} more", wanted="")


def _source(survey: Survey, pieces: tuple[str, ...]) -> Mapping[str, Any]:
    """Where a fact came from: its own source, or that of the nearest thing around it that has one."""
    part = survey.get(pieces[0]) if pieces else None
    if not isinstance(part, Section):
        return {}
    for end in range(len(pieces), 0, -1):
        source = part.sources.get("".join(pieces[1:end]).removeprefix("."))
        if source is not None:
            return source
    return {}


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
