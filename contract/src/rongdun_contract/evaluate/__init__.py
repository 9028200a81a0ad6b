"""One pure function that decides everything: rules and facts in, findings out; even the time is an argument."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from rongdun_contract.documents import Survey
from rongdun_contract.evaluate.evidence import evidence_of, gather, objects_of, shortened
from rongdun_contract.evaluate.inputs import facts_for, reference_for
from rongdun_contract.findings import Evidence, Finding
from rongdun_contract.rules.judging import TOP, Atom, Frame, Judge, Run
from rongdun_contract.rules.logic import HOLDS, Outcome, Truth, earliest
from rongdun_contract.rules.rule import Rule

__all__ = ["evaluate", "is_partial"]

NO_PARAMS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType({})


class _Circumstances(NamedTuple):
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
    circumstances = _Circumstances(now.astimezone(UTC), params, level, reference)
    return tuple(_finding(rule, survey, circumstances) for rule in rules)


def is_partial(  # noqa: PLR0913 - as `evaluate`
    rule: Rule,
    survey: Survey,
    *,
    now: datetime,
    params: Mapping[str, Mapping[str, Any]] = NO_PARAMS,
    level: int = 3,
    reference: Survey | None = None,
) -> bool:
    """Whether a rule that fails met elements, or lists of them, that it could not tell about.

    What is not among the finding's objects may be one of these; whoever follows objects must not take it for gone.
    """
    circumstances = _Circumstances(now.astimezone(UTC), params, level, reference)
    facts, _ = facts_for(rule, survey, circumstances.now, level)
    run = _judgement(rule, Frame(facts), circumstances).run
    return any(_is_untold(found) for found in run.elements.values())


def _is_untold(found: Any) -> bool:  # noqa: ANN401 - what a quantifier found, or the outcome of looking
    if isinstance(found, Outcome):
        return found.truth is Truth.UNKNOWN
    return any(element.outcome.truth is Truth.UNKNOWN for element in found.elements)


def _finding(rule: Rule, survey: Survey, circumstances: _Circumstances) -> Finding:
    try:
        return _judged(rule, survey, circumstances)
    except Exception as error:  # noqa: BLE001 - one rule's fault is data, and the others go on
        what = Evidence(what=rule.id, found=shortened(f"{type(error).__name__}: {error}"), wanted="")
        return Finding(rule=rule.id, severity=rule.severity, verdict="unknown", reason="error", evidence=(what,))


def _judged(rule: Rule, survey: Survey, circumstances: _Circumstances) -> Finding:
    facts, fresh_until = facts_for(rule, survey, circumstances.now, circumstances.level)
    judgement = _judgement(rule, Frame(facts), circumstances)
    outcome = judgement.outcome
    atoms = gather(judgement.judge.trace(judgement.frame, judgement.run, TOP), outcome.truth)
    barred = judgement.by_applies and outcome.truth is Truth.FALSE
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        verdict="not_applicable" if barred else outcome.truth.value,
        reason=_reason(judgement, atoms),
        valid_until=earliest((outcome.until, fresh_until)),
        objects=objects_of(atoms) if outcome.truth is Truth.FALSE and not barred else (),
        evidence=evidence_of(atoms, survey, outcome.truth),
    )


def _judgement(rule: Rule, frame: Frame, circumstances: _Circumstances) -> _Judgement:
    values = rule.defaults(circumstances.level) | dict(circumstances.params.get(rule.id, {}))
    run = Run(circumstances.now, values, Frame(reference_for(rule, circumstances.reference)))
    applies, expect = rule.judges
    applied = HOLDS if applies is None else applies.test(frame, run)
    if applies is not None and applied.truth is not Truth.TRUE:
        return _Judgement(applied, applies, by_applies=True, frame=frame, run=run)
    outcome = expect.test(frame, run)
    outcome = outcome._replace(until=earliest((applied.until, outcome.until)))
    return _Judgement(outcome, expect, by_applies=False, frame=frame, run=run)


def _reason(judgement: _Judgement, atoms: list[Atom]) -> str | None:
    truth = judgement.outcome.truth
    if truth is Truth.UNKNOWN:
        return judgement.outcome.reason
    if not atoms or truth is Truth.TRUE or (truth is Truth.FALSE and not judgement.by_applies):
        return None
    place, found, wanted = atoms[0]
    return shortened(f"{place.shown}: {found}; wanted {wanted}" if judgement.by_applies else f"{place.shown}: {found}")
