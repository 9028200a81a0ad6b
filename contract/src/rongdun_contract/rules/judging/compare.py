"""Comparisons."""

from collections.abc import Callable, Iterator
from typing import Any

from rongdun_contract.rules.conditions import Compare, Parameter
from rongdun_contract.rules.judging.frame import Atom, Frame, Judge, Place, Run, getter, is_outcome
from rongdun_contract.rules.logic import FAILS, HOLDS, Outcome
from rongdun_contract.rules.matchers import ABSENT, MATCHERS
from rongdun_contract.rules.matchers.matcher import Test
from rongdun_contract.rules.render import wanted


def compile_compare(condition: Compare, on_absent: Outcome) -> Judge:
    """A comparison; `on_absent` is its outcome for an absent fact unless it or its matcher says something else."""
    get = getter(condition.path)
    matcher = MATCHERS[condition.matcher]
    absent = _on_absent(condition, on_absent)
    prepared = _prepared(condition)

    def test(frame: Frame, run: Run) -> Outcome:
        value = get(frame)
        if value is ABSENT:
            return absent
        if isinstance(value, Outcome):
            return value
        return prepared(run)(value, run.now)

    def trace(frame: Frame, run: Run, place: Place) -> Iterator[Atom]:
        want = wanted(condition, run.params)
        yield Atom(
            place.at(condition.path), found_text(get(frame), matcher.show), f"not ({want})" if place.negated else want
        )

    return Judge(test, trace)


def _prepared(condition: Compare) -> Callable[[Run], Test]:
    """The comparison with its argument, which may be a parameter of the run."""
    build, argument = MATCHERS[condition.matcher].build, condition.argument
    if not isinstance(argument, Parameter):
        compare = build(argument)
        return lambda _run: compare
    key = condition.matcher, argument.name

    def prepared(run: Run) -> Test:
        if key not in run.prepared:
            run.prepared[key] = build(run.params[argument.name])
        return run.prepared[key]

    return prepared


def found_text(value: Any, show: Any) -> str:  # noqa: ANN401 - facts are JSON; `show` is a matcher's
    """What a lookup found, as text for people."""
    if value is ABSENT:
        return "absent"
    if is_outcome(value):
        return f"unknown: {value.reason}"
    return str(show(value))


def _on_absent(condition: Compare, otherwise: Outcome) -> Outcome:
    if condition.if_absent is not None:
        return HOLDS if condition.if_absent == "pass" else FAILS
    if isinstance(condition.argument, Parameter):
        return otherwise
    own = MATCHERS[condition.matcher].on_absent(condition.argument)
    return otherwise if own is None else own
