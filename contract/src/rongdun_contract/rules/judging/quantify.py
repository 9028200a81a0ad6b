"""every, some, none."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from rongdun_contract.rules.conditions import Condition, Quantified
from rongdun_contract.rules.judging.compare import found_text
from rongdun_contract.rules.judging.elements import compile_label, compile_newness, element_place, frames_of
from rongdun_contract.rules.judging.frame import Atom, Frame, Judge, Place, Run, as_unknown, getter
from rongdun_contract.rules.logic import HOLDS, Outcome, Truth, all_of, any_of, earliest, negate
from rongdun_contract.rules.matchers import ABSENT
from rongdun_contract.rules.matchers.matcher import shown
from rongdun_contract.rules.render import render

_EMPTY = {"pass": Truth.TRUE, "fail": Truth.FALSE, "not_applicable": Truth.NOT_APPLICABLE}


class _Element(NamedTuple):
    """An element that counts or may count: whether it does, and what it contributes."""

    frame: Frame
    number: int
    counts: Outcome
    outcome: Outcome


class _Found(NamedTuple):
    """The elements that count or may count, and until when they are these."""

    elements: list[_Element]
    until: datetime | None


def compile_quantified(
    condition: Quantified, on_absent: Outcome, compile_condition: Callable[[Condition, Outcome], Judge]
) -> Judge:
    """A quantifier, compiled; the last argument compiles the conditions inside."""
    where = None if condition.where is None else compile_condition(condition.where, on_absent)
    that = None if condition.that is None else compile_condition(condition.that, on_absent)
    quantifier = _Quantifier(condition, where, that)
    return Judge(quantifier.test, quantifier.trace)


class _Quantifier:
    """One quantifier's closures, kept together."""

    def __init__(self, condition: Quantified, where: Judge | None, that: Judge | None) -> None:
        self._condition, self._where, self._that = condition, where, that
        self._get = getter(condition.over)
        self._newness = compile_newness(condition)
        self._called = compile_label(condition.label)
        self._every = condition.quantifier == "every"
        self._none = condition.quantifier == "none"

    def test(self, frame: Frame, run: Run) -> Outcome:
        """What the quantifier comes to."""
        return self._outcome(self._elements(frame, run))

    def _outcome(self, found: _Found | Outcome) -> Outcome:
        if isinstance(found, Outcome):
            return found
        elements, until = found
        empty = Outcome(_EMPTY[self._condition.empty], None, until)
        if not elements:
            return empty
        outcomes = [element.outcome for element in elements]
        result = all_of(outcomes) if self._every else any_of(outcomes)
        if self._none:
            result = negate(result)
        until = earliest((until, result.until))
        if result.truth is not empty.truth and all(element.counts.truth is Truth.UNKNOWN for element in elements):
            reason = result.reason or elements[0].counts.reason or "undecided"
            return Outcome(Truth.UNKNOWN, reason, until)
        return Outcome(result.truth, result.reason, until)

    def trace(self, frame: Frame, run: Run, place: Place) -> Iterator[Atom]:
        """The elements that made it so; where there are none, what was there instead."""
        over = place.at(self._condition.over)
        found = self._elements(frame, run)
        truth = self._outcome(found).truth
        if isinstance(found, Outcome) or not found[0]:
            yield self._about_all(frame, run, over)
            return
        decisive = negate(Outcome(truth)).truth if self._none else truth
        alone = decisive is (Truth.FALSE if self._every else Truth.TRUE)
        for element in found[0]:
            at = element_place(over, element.frame, element.number, self._condition.label)
            if alone:
                at = at._replace(objects=(*at.objects, self._called(element.frame, element.number)))
            if truth is Truth.UNKNOWN and element.counts.truth is Truth.UNKNOWN and self._where is not None:
                yield from self._where.trace(element.frame, run, at)
            elif element.outcome.truth is decisive:
                yield from self._about_one(element, run, at._replace(negated=at.negated != self._none))

    def _elements(self, frame: Frame, run: Run) -> _Found | Outcome:
        """The elements that count, looked for once; an outcome where that cannot be told."""
        found: _Found | Outcome | None = run.elements.get((id(self), id(frame.value)))
        if found is None:
            found = run.elements[id(self), id(frame.value)] = self._looked_for(frame, run)
        return found

    def _looked_for(self, frame: Frame, run: Run) -> _Found | Outcome:
        collection = self._get(frame)
        if isinstance(collection, Outcome):
            return collection
        is_new = self._newness(run)
        if isinstance(is_new, Outcome):
            return is_new
        elements: list[_Element] = []
        moments: list[datetime | None] = []
        for number, element in enumerate(frames_of(collection)):
            counts = is_new(element)
            if self._where is not None and counts.truth is not Truth.FALSE:
                chosen = self._where.test(element, run)
                counts = chosen if counts is HOLDS else all_of((counts, chosen))
            if counts.until is not None:
                moments.append(counts.until)
            if counts.truth is Truth.FALSE:
                continue
            outcome = (as_unknown(element.value) or HOLDS) if self._that is None else self._that.test(element, run)
            if outcome.truth is Truth.NOT_APPLICABLE:
                moments.append(outcome.until)
                continue
            elements.append(_Element(element, number, counts, self._contribution(counts, outcome)))
        return _Found(elements, earliest(moments))

    def _contribution(self, counts: Outcome, outcome: Outcome) -> Outcome:
        if counts is HOLDS:
            return outcome
        return any_of((negate(counts), outcome)) if self._every else all_of((counts, outcome))

    def _about_one(self, element: _Element, run: Run, at: Place) -> Iterator[Atom]:
        if self._that is not None:
            yield from self._that.trace(element.frame, run, at)
            return
        untold = as_unknown(element.frame.value)
        found = self._called(element.frame, element.number) if untold is None else found_text(untold, shown)
        yield Atom(at, found, "absent" if at.negated else "present")

    def _about_all(self, frame: Frame, run: Run, over: Place) -> Atom:
        collection: Any = self._get(frame)
        if not isinstance(collection, Outcome) and collection is not ABSENT:
            newness = self._newness(run)
            count = len(collection)
            text = found_text(newness, shown) if isinstance(newness, Outcome) else f"0 of {count}"
        else:
            text = found_text(collection, shown)
        want = render(self._condition, run.params)
        return Atom(over, text, f"not ({want})" if over.negated else want)
