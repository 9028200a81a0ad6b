"""all, any, not; and the way into each kind of condition."""

from collections.abc import Callable, Iterable, Iterator

from rongdun_contract.rules.conditions import All, AnyOf, Compare, Condition, Not
from rongdun_contract.rules.judging.compare import compile_compare
from rongdun_contract.rules.judging.frame import Atom, Frame, Judge, Place, Run
from rongdun_contract.rules.judging.quantify import compile_quantified
from rongdun_contract.rules.logic import FAILS, HOLDS, Outcome, all_of, any_of, negate


def compile_condition(condition: Condition, on_absent: Outcome = FAILS) -> Judge:
    """A condition, compiled; `on_absent` is what comparisons in it come to that meet an absent fact and say nothing."""
    if isinstance(condition, Compare):
        return compile_compare(condition, on_absent)
    if isinstance(condition, All):
        return _compile_parts(condition.parts, on_absent, all_of)
    if isinstance(condition, AnyOf):
        return _compile_parts(condition.parts, on_absent, any_of)
    if isinstance(condition, Not):
        # without a word about absence, the negation of an absent comparison must not hold
        return _compile_not(compile_condition(condition.part, FAILS if condition.if_absent == "pass" else HOLDS))
    return compile_quantified(condition, on_absent, compile_condition)


def _compile_parts(
    parts: tuple[Condition, ...], on_absent: Outcome, combine: Callable[[Iterable[Outcome]], Outcome]
) -> Judge:
    judges = [compile_condition(part, on_absent) for part in parts]
    tests = [judge.test for judge in judges]

    def test(frame: Frame, run: Run) -> Outcome:
        return combine([one(frame, run) for one in tests])

    def trace(frame: Frame, run: Run, place: Place) -> Iterator[Atom]:
        truth = test(frame, run).truth
        for judge in judges:
            if judge.test(frame, run).truth is truth:
                yield from judge.trace(frame, run, place)

    return Judge(test, trace)


def _compile_not(inner: Judge) -> Judge:
    def test(frame: Frame, run: Run) -> Outcome:
        return negate(inner.test(frame, run))

    def trace(frame: Frame, run: Run, place: Place) -> Iterator[Atom]:
        return inner.trace(frame, run, place._replace(negated=not place.negated))

    return Judge(test, trace)
