"""Folding and clocks: tables of cases, and that it does not matter in which portions a journal is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rongdun_collector.drill.clocks import (
    Occurrence,
    Span,
    clocked,
    counted_s,
    merged,
    occurrences,
    overlap,
    shared,
    silences,
    stood,
)
from rongdun_collector.drill.folding import Blindness, Episode, Folded, Look, Named, Told, fold
from rongdun_collector.drill.matching import match
from rongdun_collector.drill.records import Stimulus
from tests.collector.serving import START

EMPTY = Folded({}, {})
UNKNOWN = Told(unknown="no permission")


def at(s: float) -> datetime:
    return START + timedelta(seconds=s)


def seconds(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - START).total_seconds()


def told(text: str) -> Told:
    """Return what a signal said: `?` it could not tell (`?a`: but of a), `-` nothing, `ab` two keys, `ab…` and more."""
    if text.startswith("?"):
        return replace(UNKNOWN, keys=frozenset(text[1:]))
    return Told(frozenset(text.strip("-…")), cut_short=text.endswith("…"))


def looks(*said: str) -> list[Look]:
    """Return a look every ten seconds, of one signal."""
    return [Look(at(10 * n), at(10 * n - 1), {"s": told(text)}) for n, text in enumerate(said)]


def episodes(found: Folded) -> list[tuple[str, float | None, float | None, float | None]]:
    """Return key, appearance, first look without and second look without, in seconds, in order."""
    every = [*found.ended, *found.there.values()]
    rows = [(one.named.key, seconds(one.appeared_at), seconds(one.missing_at), seconds(one.gone_at)) for one in every]
    return sorted(rows, key=lambda row: (row[0], row[1]))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param("- a a", [("a", 10, None, None)], id="appears and stays"),
        pytest.param("a - -", [("a", 0, 10, 20)], id="gone for two looks"),
        pytest.param("a -", [("a", 0, 10, None)], id="gone for one look is not gone"),
        pytest.param("a - a - -", [("a", 0, 30, 40)], id="back after one look was never gone"),
        pytest.param("a - - a", [("a", 0, 10, 20), ("a", 30, None, None)], id="back after two looks appears again"),
        pytest.param("a ? ? ?", [("a", 0, None, None)], id="cannot be told is not gone"),
        pytest.param("? a", [("a", 10, None, None)], id="cannot be told is not there"),
        pytest.param("a - ? -", [("a", 0, 10, 30)], id="two whole looks in a row, the one between told nothing"),
        pytest.param("a - ? a", [("a", 0, None, None)], id="the look that told nothing confirms nothing"),
        pytest.param(
            "a b… b… b…", [("a", 0, None, None), ("b", 10, None, None)], id="a list cut short proves no absence"
        ),
        pytest.param("ab… b b", [("a", 0, 10, 20), ("b", 0, None, None)], id="what a cut list names is there"),
        pytest.param("ab ?b ?b ?b", [("a", 0, None, None), ("b", 0, None, None)], id="untold in part, none is gone"),
        pytest.param("- ?a", [("a", 10, None, None)], id="and what is told is there"),
        pytest.param("ab b b ab", [("a", 0, 10, 20), ("a", 30, None, None), ("b", 0, None, None)], id="each its own"),
    ],
)
def test_episodes(said: str, expected: list[tuple[object, ...]]) -> None:
    assert episodes(fold(EMPTY, looks(*said.split()))) == expected


def test_a_time_in_which_a_signal_could_not_be_told_is_kept() -> None:
    found = fold(EMPTY, looks("-", "?", "?", "-", "?"))
    assert found.cleared == (Blindness("s", at(10), "no permission", at(30)),)
    assert found.blind == {("s", None): Blindness("s", at(40), "no permission")}


def test_what_a_signal_names_is_told_whatever_else_is_not() -> None:
    """The time of an object that everybody can see counts; that of one which may be gone does not."""
    found = fold(EMPTY, looks("ab", "?a", "?", "?a", "ab"))
    assert found.cleared == (
        Blindness("s", at(20), "no permission", at(30)),
        Blindness("s", at(10), "no permission", at(40), key="b"),
    )
    assert found.blind == {}


TOLD = some.one_of(
    some.just(UNKNOWN), some.builds(Told, some.frozensets(some.sampled_from("abc")), cut_short=some.booleans())
)
JOURNALS = some.lists(some.dictionaries(some.sampled_from(["s", "t"]), TOLD), max_size=12)


@given(said=JOURNALS, cuts=some.sets(some.integers(0, 12)))
def test_any_portions_of_a_journal_come_to_the_same(said: list[dict[str, Told]], cuts: set[int]) -> None:
    """A collector that was killed half-way, or another one, goes on from what is stored."""
    journal = [Look(at(n), at(n), one) for n, one in enumerate(said)]
    whole, ended, cleared, state = fold(EMPTY, journal), [], [], EMPTY
    bounds = [0, *sorted(cut for cut in cuts if cut <= len(journal)), len(journal)]
    for since, until in pairwise(bounds):
        after = fold(state, journal[since:until])
        ended += after.ended
        cleared += after.cleared
        state = Folded(after.there, after.blind)
    assert (state.there, state.blind) == (whole.there, whole.blind)
    assert (ended, cleared) == (list(whole.ended), list(whole.cleared))


@given(said=JOURNALS, until=some.integers(0, 12))
def test_a_drill_as_it_stood_is_what_its_journal_said_so_far(said: list[dict[str, Told]], until: int) -> None:
    """What is shown of a frozen drill comes from episodes that went on since; it must not know of that."""
    journal = [Look(at(n), at(n), one) for n, one in enumerate(said)]
    whole, then = fold(EMPTY, journal), fold(EMPTY, [look for look in journal if look.at <= at(until)])
    seen = [stood(one, at(until)) for one in (*whole.ended, *whole.there.values())]
    disposed = {(one.named, one.appeared_at, one.gone_at and one.missing_at) for one in seen if one is not None}
    expected = {
        (one.named, one.appeared_at, one.gone_at and one.missing_at) for one in (*then.ended, *then.there.values())
    }
    assert disposed == expected


def episode(appeared: float, missing: float | None = None, gone: float | None = None, key: str = "k") -> Episode:
    moments = [None if one is None else at(one) for one in (missing, gone)]
    return Episode(Named("s", key), at(appeared), at(appeared), *moments)


@pytest.mark.parametrize(
    ("parts", "counts"),
    [
        pytest.param([(0, 10, 20), (1810, None, None)], [2], id="thirty minutes after it went"),
        pytest.param([(0, 10, 20), (1811, None, None)], [1, 1], id="a second more"),
        pytest.param([(0, 10, 20), (1000, 1010, 1020), (2800, None, None)], [3], id="again and again"),
        pytest.param([(0, 10, 20), (1000, 1010, 1020), (2811, None, None)], [2, 1], id="the last one later"),
    ],
)
def test_objects_are_made_of_episodes(parts: list[tuple[float, ...]], counts: list[int]) -> None:
    assert [len(one.episodes) for one in occurrences("h", [episode(*part) for part in parts])] == counts


SPANS = some.lists(
    some.tuples(some.integers(0, 50), some.integers(0, 50)).map(lambda pair: Span(at(min(pair)), at(max(pair)))),
    max_size=6,
)


@given(spans=SPANS, since=some.integers(0, 50), length=some.integers(0, 50))
def test_time_in_several_spans_is_taken_off_once(spans: list[Span], since: int, length: int) -> None:
    inside = [n for n in range(since, since + length) if any(span.since <= at(n) < span.until for span in spans)]
    whole = merged(spans)
    assert overlap(whole, at(since), at(since + length)) == timedelta(seconds=len(inside))
    assert counted_s(at(since), at(since + length), whole) == length - len(inside)


@given(of_each=some.lists(SPANS, max_size=4))
def test_shared_time_is_that_of_every_host(of_each: list[list[Span]]) -> None:
    def inside(spans: tuple[Span, ...]) -> set[int]:
        return {n for n in range(50) if any(span.since <= at(n) < span.until for span in spans)}

    each = [merged(spans) for spans in of_each]
    assert inside(shared(each)) == (set.intersection(*map(inside, each)) if each else set())


@pytest.mark.parametrize(
    ("first", "last", "gaps", "now", "expected"),
    [
        pytest.param(None, None, [], 50, [(None, 50)], id="never heard of"),
        pytest.param(10, 40, [], 50, [(None, 10)], id="heard of lately"),
        pytest.param(10, 40, [], 71, [(None, 10), (40, 71)], id="silent for too long"),
        pytest.param(10, 90, [(20, 60)], 100, [(None, 10), (20, 60)], id="a gap between"),
    ],
)
def test_when_a_host_was_cut_off(
    first: float | None,
    last: float | None,
    gaps: list[tuple[float, float]],
    now: float,
    expected: list[tuple[object, float]],
) -> None:
    spans = silences(
        [Span(at(a), at(b)) for a, b in gaps],
        None if first is None else at(first),
        None if last is None else at(last),
        timedelta(seconds=30),
        at(now),
    )
    assert [
        (None if span.since.year == 1970 else seconds(span.since), seconds(span.until)) for span in spans
    ] == expected


@pytest.mark.parametrize(
    ("t0", "ack", "detect_from", "blind", "expected"),
    [
        pytest.param(0, 40, "ack", [], (40, 90, 0), id="taken by people"),
        pytest.param(0, 40, "receive", [], (10, 90, 0), id="received"),
        pytest.param(0, None, "ack", [], (None, 90, 0), id="nobody took it"),
        pytest.param(0, None, "receive", [], (10, 90, 0), id="nobody needs to"),
        pytest.param(15, 40, "receive", [], (0, 90, 0), id="the stimulus's clock is ahead"),
        pytest.param(0, 40, "ack", [(20, 30)], (30, 80, 10), id="cut off before it was taken"),
        pytest.param(0, 40, "ack", [(35, 60)], (35, 65, 25), id="cut off while it was taken"),
        pytest.param(0, 40, "ack", [(50, 200)], (40, 40, 50), id="it went while the host was cut off"),
        pytest.param(0, 40, "ack", [(0, 200)], (0, 0, 100), id="cut off all the time"),
    ],
)
def test_clocks(
    t0: float, ack: float | None, detect_from: str, blind: list[tuple[float, float]], expected: tuple[object, ...]
) -> None:
    one = Occurrence("h", Named("s", "k"), (episode(10, 100, 105),))
    found = clocked(
        one,
        t0=at(t0),
        acknowledged_at=None if ack is None else at(ack),
        detect_from="receive" if detect_from == "receive" else "ack",
        blind=[Span(at(a), at(b)) for a, b in blind],
        as_of=at(1000),
    )
    assert tuple(found) == expected


def stimulus(number: int, t0: float, host: str | None = "h", key: str = "k", unit: str = "u") -> Stimulus:
    return Stimulus(str(number), unit, host, "s", key, at(t0), "r", at(0))


@pytest.mark.parametrize(
    ("stimuli", "found", "expected"),
    [
        pytest.param([stimulus(1, 0)], [[(5,)]], {"1": 0}, id="what came after it"),
        pytest.param([stimulus(1, 0, key="other")], [[(5,)]], {}, id="another key"),
        pytest.param([stimulus(1, 0, host="g")], [[(5,)]], {}, id="another host"),
        pytest.param([stimulus(1, 0, host=None)], [[(5,)]], {"1": 0}, id="some host of the unit"),
        pytest.param([stimulus(1, 0, host=None, unit="v")], [[(5,)]], {}, id="another unit"),
        pytest.param([stimulus(1, 60)], [[(5,)]], {"1": 0}, id="a clock that is ahead by less than a minute"),
        pytest.param([stimulus(1, 66)], [[(5,)]], {}, id="what was there before"),
        pytest.param([stimulus(1, 0), stimulus(2, 100)], [[(105,)]], {"2": 0}, id="the latest before it"),
        pytest.param([stimulus(1, 0), stimulus(2, 30)], [[(5,)]], {"1": 0}, id="one before it rather than one ahead"),
        pytest.param([stimulus(1, 0), stimulus(2, 100)], [[(5, 10, 20), (105,)]], {"1": 0, "2": 0}, id="re-opened"),
        pytest.param([stimulus(1, 0), stimulus(2, 1)], [[(5,)]], {"2": 0}, id="one object answers one"),
        pytest.param(
            [stimulus(1, 0), stimulus(2, 9000)], [[(5, 10, 20)], [(9001,)]], {"1": 0, "2": 1}, id="two objects"
        ),
    ],
)
def test_which_object_a_stimulus_led_to(
    stimuli: list[Stimulus], found: list[list[tuple[float, ...]]], expected: dict[str, int]
) -> None:
    objects = [Occurrence("h", Named("s", "k"), tuple(episode(*part) for part in parts)) for parts in found]
    assert match(stimuli, objects, {"h": "u"}) == expected
