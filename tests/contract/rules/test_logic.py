from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongdun_contract.rules.logic import Outcome, Truth, all_of, any_of, earliest, negate
from tests.contract.rules.toy import NOW

TRUE, FALSE, UNKNOWN, NONE = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN, Truth.NOT_APPLICABLE


def outcome(truth: Truth, days: int | None = None) -> Outcome:
    until = None if days is None else NOW + timedelta(days=days)
    return Outcome(truth, "error" if truth is UNKNOWN else None, until)


OUTCOMES = st.builds(outcome, st.sampled_from(Truth), st.one_of(st.none(), st.integers(0, 9)))

ALL = {
    (TRUE, TRUE): TRUE,
    (TRUE, FALSE): FALSE,
    (TRUE, UNKNOWN): UNKNOWN,
    (TRUE, NONE): TRUE,
    (FALSE, FALSE): FALSE,
    (FALSE, UNKNOWN): FALSE,
    (FALSE, NONE): FALSE,
    (UNKNOWN, UNKNOWN): UNKNOWN,
    (UNKNOWN, NONE): UNKNOWN,
    (NONE, NONE): NONE,
}


@pytest.mark.parametrize(("one", "other", "expected"), [(a, b, c) for (a, b), c in ALL.items()])
def test_all_is_kleenes_and_with_not_applicable_dropping_out(one: Truth, other: Truth, expected: Truth) -> None:
    assert all_of([outcome(one), outcome(other)]).truth is expected
    assert all_of([outcome(other), outcome(one)]).truth is expected


@given(st.lists(OUTCOMES, min_size=1, max_size=5))
def test_any_is_all_mirrored(outcomes: list[Outcome]) -> None:
    """De Morgan holds for truth, for reasons and for how long it stays so."""
    assert any_of(outcomes) == negate(all_of([negate(one) for one in outcomes]))


@given(st.lists(OUTCOMES, min_size=1, max_size=5), st.randoms())
def test_order_does_not_matter(outcomes: list[Outcome], chance: object) -> None:
    shuffled = list(outcomes)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # st.randoms gives a random.Random
    assert all_of(shuffled).truth is all_of(outcomes).truth


@given(OUTCOMES)
def test_negating_twice_changes_nothing(one: Outcome) -> None:
    assert negate(negate(one)) == one


@pytest.mark.parametrize("combine", [all_of, any_of])
def test_an_unknown_that_becomes_known_never_contradicts_what_was_said(combine: object) -> None:
    """The point of the third value: what is said with holes in the facts stays true when they are filled."""
    for truths in product(Truth, repeat=3):
        said = combine([outcome(t) for t in truths]).truth  # type: ignore[operator]  # one of two functions
        if said is UNKNOWN:
            continue
        filled = product(*([TRUE, FALSE, NONE] if t is UNKNOWN else [t] for t in truths))
        assert {combine([outcome(t) for t in one]).truth for one in filled} == {said}, truths  # type: ignore[operator]  # same


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([(TRUE, 3), (TRUE, 5)], 3, id="all true holds until the first changes"),
        pytest.param([(FALSE, 3), (FALSE, 5)], 5, id="false holds as long as one stays false"),
        pytest.param([(FALSE, 3), (FALSE, None)], None, id="a false that never changes decides for ever"),
        pytest.param([(FALSE, 3), (TRUE, 1)], 3, id="a true beside a false does not matter"),
        pytest.param([(UNKNOWN, None), (TRUE, 2)], 2, id="a true beside an unknown may turn it false"),
        pytest.param([(TRUE, None), (TRUE, None)], None, id="nothing ripens"),
    ],
)
def test_an_outcome_lasts_until_something_that_decides_it_may_change(
    parts: list[tuple[Truth, int | None]], expected: int | None
) -> None:
    until = all_of([outcome(*part) for part in parts]).until
    assert until == (None if expected is None else NOW + timedelta(days=expected))


def test_an_unknown_keeps_the_first_reason() -> None:
    assert all_of([Outcome(UNKNOWN, "no permission"), Outcome(UNKNOWN, "error")]).reason == "no permission"


def test_the_earliest_of_no_moments_is_never() -> None:
    assert earliest([None, None]) is None
    assert earliest([None, NOW, NOW + timedelta(1)]) == NOW
