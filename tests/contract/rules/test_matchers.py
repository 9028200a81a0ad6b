from __future__ import annotations

from datetime import timedelta

import pytest

from rongdun_contract.rules.logic import Truth
from rongdun_contract.rules.matchers import ABSENT_WORD, MATCHERS
from rongdun_contract.rules.types import FactType
from tests.contract.rules.toy import NOW

TEXT, INTEGER, NUMBER, BOOLEAN = FactType("text"), FactType("integer"), FactType("number"), FactType("boolean")
WORDS, NUMBERS = FactType("list", item=TEXT), FactType("list", item=INTEGER)
LONG = "a" * 5000

TRIED = [
    ("is", "no", "no", True),
    ("is", "no", "No", False),
    ("is", 1, 1, True),
    ("is", 1, True, False),
    ("is", True, 1, False),
    ("is", 1.0, 1, True),
    ("not", "no", "yes", True),
    ("not", "no", "no", False),
    ("not", 1, True, True),
    ("in", ["a", "b"], "b", True),
    ("in", ["a", "b"], "c", False),
    ("in", [0, 1], True, False),
    ("at_least", 8, 8, True),
    ("at_least", 8, 7, False),
    ("at_most", 90, 90, True),
    ("at_most", 90, 91, False),
    ("between", [1, 90], 1, True),
    ("between", [1, 90], 90, True),
    ("between", [1, 90], 0, False),
    ("between", [1, 90], 91, False),
    ("matches", "ab+", "abb", True),
    ("matches", "ab+", "abbc", False),
    ("matches", "ab+", "xab", False),
    ("matches", "a+", LONG, None),
    ("contains", "a", ["b", "a"], True),
    ("contains", "a", ["ab"], False),
    ("contains", 1, [True], False),
    ("contains", "lok", "nullok", True),
    ("contains", "Lok", "nullok", False),
    ("superset", ["a", "b"], ["c", "b", "a"], True),
    ("superset", ["a", "b"], ["a"], False),
    ("subset", ["a", "b"], ["b", "b"], True),
    ("subset", ["a", "b"], ["b", "c"], False),
    ("mode_at_most", "0640", 0o640, True),
    ("mode_at_most", "0640", 0o600, True),
    ("mode_at_most", "0640", 0o604, False),  # less as a number, and yet open to everyone
    ("mode_at_most", "0755", 0o4755, False),
    ("mode_at_most", "755", 0o755, True),
    ("version_at_least", "9.2p1", "1:9.2p1-2+deb12u3", True),
    ("version_at_least", "9.10", "9.9", False),
    ("version_at_least", "9.10", "unstable", None),
    ("older_than", "90d", "2025-10-03T00:00:00Z", False),
    ("older_than", "90d", "2025-10-02T23:59:59Z", True),
    ("older_than", "90d", "2027-01-01", False),
    ("older_than", "1d", "9999-12-31", False),
    ("older_than", "90d", "never", None),
    ("absent", True, "anything", False),
    ("absent", False, "anything", True),
]


@pytest.mark.parametrize(("name", "argument", "fact", "expected"), TRIED)
def test_a_matcher_holds_or_not_or_cannot_tell(
    name: str, argument: object, fact: object, expected: bool | None
) -> None:
    outcome = MATCHERS[name].build(argument)(fact, NOW)
    assert outcome.truth is {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}[expected]
    assert (outcome.reason == "undecided") == (expected is None)


def test_every_matcher_was_tried_both_ways() -> None:
    assert {(name, holds) for name, _, _, holds in TRIED if holds is not None} == {
        (name, holds) for name in MATCHERS for holds in (True, False)
    }


@pytest.mark.parametrize(
    ("name", "fact", "argument"),
    [
        ("is", INTEGER, "1"),
        ("is", INTEGER, True),
        ("is", BOOLEAN, "true"),
        ("is", TEXT, 1),
        ("is", FactType("text", choices=("yes", "no")), "Yes"),
        ("not", FactType("text", choices=("yes", "no")), "maybe"),
        ("in", TEXT, "a"),
        ("in", TEXT, []),
        ("in", TEXT, ["a", "a"]),
        ("in", TEXT, [ABSENT_WORD]),
        ("in", INTEGER, [1, True, "1"]),
        ("at_least", INTEGER, 1.5),
        ("at_most", NUMBER, "1"),
        ("between", INTEGER, [2, 1]),
        ("between", INTEGER, 1),
        ("matches", TEXT, 1),
        ("matches", TEXT, "("),
        ("matches", FactType("text", choices=("yes", "no")), "[0-9]+"),
        ("contains", WORDS, 1),
        ("contains", TEXT, ""),
        ("contains", FactType("list", item=FactType("object")), "a"),
        ("superset", WORDS, "a"),
        ("superset", NUMBERS, ["a"]),
        ("subset", WORDS, []),
        ("mode_at_most", INTEGER, 640),
        ("mode_at_most", INTEGER, "0689"),
        ("version_at_least", TEXT, 9.2),
        ("version_at_least", FactType("text", choices=("a", "b")), "1"),
        ("older_than", TEXT, 90),
        ("older_than", FactType("text", choices=("a", "b")), "1d"),
        ("absent", FactType("text", optional=True), "yes"),
        ("absent", TEXT, True),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused_with_a_remedy(name: str, fact: FactType, argument: object) -> None:
    complaint = MATCHERS[name].refuse(argument, fact)
    assert complaint is not None
    assert complaint.what
    assert complaint.remedy


@pytest.mark.parametrize(
    ("name", "fact", "argument"),
    [
        ("is", FactType("text", choices=("yes", "no")), "yes"),
        ("is", NUMBER, 1),
        ("in", FactType("text", optional=True), ["a", ABSENT_WORD]),
        ("contains", WORDS, "a"),
        ("contains", TEXT, "a"),
        ("matches", FactType("text", choices=("yes", "no")), "y.*"),
        ("absent", WORDS, False),
        ("absent", FactType("object", optional=True), True),
        ("mode_at_most", INTEGER, "0000"),
    ],
)
def test_an_argument_that_makes_sense_is_taken(name: str, fact: FactType, argument: object) -> None:
    assert MATCHERS[name].refuse(argument, fact) is None


@pytest.mark.parametrize("name", MATCHERS)
def test_only_two_matchers_have_an_opinion_on_absence(name: str) -> None:
    arguments = {"in": ["a", ABSENT_WORD], "absent": True}
    outcome = MATCHERS[name].on_absent(arguments.get(name, ["a"]))
    assert (outcome is not None) == (name in arguments)
    assert MATCHERS["in"].on_absent(["a"]) is None


def test_what_is_not_old_yet_says_when_it_will_be() -> None:
    outcome = MATCHERS["older_than"].build("90d")("2025-12-01", NOW)
    assert outcome.until == NOW + timedelta(days=59)
    ripe = MATCHERS["older_than"].build("90d")
    assert ripe("2025-12-01", NOW + timedelta(days=59)).truth is Truth.FALSE
    assert ripe("2025-12-01", NOW + timedelta(days=59, microseconds=1)).truth is Truth.TRUE


def test_modes_are_shown_as_people_write_them() -> None:
    assert MATCHERS["mode_at_most"].show(0o640) == "0640"
    assert MATCHERS["mode_at_most"].render("640") == "mode <= 0640"
