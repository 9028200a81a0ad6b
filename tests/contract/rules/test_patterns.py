"""Patterns: what is accepted matches as Python matches it, in linear time; what is not is refused with a remedy."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongdun_contract.rules.patterns import MAX_TEXT, compile_pattern
from rongdun_contract.rules.patterns.automaton import Positions, positions
from rongdun_contract.rules.patterns.check import BadPattern, check_pattern
from rongdun_contract.rules.patterns.syntax import parse

SLOW = [
    "(a+)+",
    "(a+)+b",
    "(a*)*",
    "(a|a)*",
    "(a|aa)+",
    "(.|a)*b",
    r"(\w+\s?)*",
    "a*a*a*b",
    ".*x.*",
    "(.*)(.*)(.*)x",
    "(x+x+)+y",
    "a?" * 30 + "a" * 30,
    "(a?){50}a{50}",
    "(a{1,20}){1,12}",
    ".{0,100}.{0,100}",
    "([a-c]|[b-d])*e",
    "(a|b|ab)*c",
    "((a|b)*c?)*d",
    "(a*|b)*",
    "(ab?)*(ba?)*c",
]
QUICK = [
    "(yes|no|prohibit-password)",
    r".*\.service",
    r"[a-z0-9.-]+\.gov\.cn",
    r"\d{1,3}(\.\d{1,3}){3}",
    "0?[0-7][2367]7",
    "([0-9a-f]{2}:){5}[0-9a-f]{2}",
    "/(usr/)?s?bin/.+",
    r"[^\s@]+@[^\s@]+",
    r"(\w+\s)*",
    "(a+b)+",
    "[0-9a-f]{64}",
    "中文.*",
    "(a|ab)(c|d)",
    "[]x]+",
    "[^]x]+",
    r"\\",
    r"a{2,}",
    r"(ab?)*",
]


@pytest.mark.parametrize("pattern", SLOW)
def test_a_pattern_that_can_be_made_slow_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern) as caught:
        check_pattern(pattern)
    assert caught.value.remedy


@pytest.mark.parametrize("pattern", QUICK)
def test_an_ordinary_pattern_is_accepted(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"(a)\1", "no back-references"),
        ("(?=a)a", "look-around"),
        ("(?<!a)a", "look-around"),
        ("(?P<x>a)", "names and flags"),
        ("(?i)a", "names and flags"),
        ("a*?", "lazy"),
        ("a++", "possessive"),
        ("^a", "the whole text has to match anyway"),
        ("a$", "the whole text has to match anyway"),
        (r"\ba", "known:"),
        (r"\Aa", "known:"),
        ("[[:alpha:]]", "no pattern"),
        ("[a-", "ends in the middle"),
        ("a\\", "ends in the middle"),
        ("(a", "never closes"),
        ("a)", "never opened"),
        ("()", "optional"),
        ("a|", "optional"),
        ("", "optional"),
        ("*a", "nothing stands before"),
        ("{", r"\{"),
        ("a{,3}", "{"),
        ("a{3,1}", "low to high"),
        ("a{0}", "counts go from 1"),
        ("a{1000}", "counts go from 1"),
        ("a{200}b{200}", "larger than 256"),
        ("[z-a]", "from one character up to another"),
        (r"[\d-x]", "from one character up to another"),
        ("x" * 501, "more than 500"),
        ("(" * 20 + "a" + ")" * 20, "deep"),
    ],
)
def test_what_is_not_in_the_language_is_refused_by_name(pattern: str, said: str) -> None:
    with pytest.raises(BadPattern) as caught:
        check_pattern(pattern)
    assert said in f"{caught.value.what} -> {caught.value.remedy}"


def test_a_refusal_shows_a_text_that_is_read_in_many_ways() -> None:
    with pytest.raises(BadPattern, match="begins with `aaaaaaa"):
        check_pattern("(a+)+b")


def atoms() -> st.SearchStrategy[str]:
    return st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\W", "c"])


PATTERNS = st.recursive(
    atoms(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,2}", "{2,}"])).map(
            lambda both: f"({both[0]}){both[1]}"
        ),
    ),
    max_leaves=6,
)


def runs(automaton: Positions, text: str) -> list[int]:
    """How many ways there are to have read each beginning of a text, counted anew from the automaton."""
    ahead, counts = automaton.first, []
    for letter in text:
        here = {p: n for p, n in ahead.items() if any(a <= ord(letter) <= b for a, b in automaton.reads[p])}
        counts.append(sum(here.values()))
        following: Counter[int] = Counter()
        for position, ways in here.items():
            for other, more in automaton.follow[position].items():
                following[other] += ways * more
        ahead = following
    return counts


@settings(deadline=None, max_examples=300)
@given(PATTERNS, st.text("abc1 ", max_size=12))
def test_the_automaton_reads_what_python_reads(pattern: str, text: str) -> None:
    """The check is worth nothing if it is about another language than the one that is matched later."""
    try:
        automaton = positions(parse(pattern))
    except BadPattern:
        return
    python = re.compile(pattern, re.ASCII)
    counts = runs(automaton, text)
    for end in range(1, len(text) + 1):
        if python.fullmatch(text[:end]):
            assert counts[end - 1] > 0


@settings(deadline=None, max_examples=200)
@given(PATTERNS, st.text("ab1 ", min_size=1, max_size=4))
def test_no_input_of_an_accepted_pattern_is_read_in_many_ways(pattern: str, unit: str) -> None:
    try:
        check_pattern(pattern)
    except BadPattern:
        return
    assert max(runs(positions(parse(pattern)), unit * 30)) <= 64


@pytest.mark.parametrize("pattern", QUICK)
def test_the_longest_text_is_matched_in_no_time(pattern: str) -> None:
    """What the promise is for: 4 KiB of the worst that a host can put into a fact."""
    fullmatch = compile_pattern(pattern).fullmatch
    started = time.perf_counter()
    for unit in ("a", "ab", "/", "1.", "a@", "ff:", "service."):
        fullmatch((unit * MAX_TEXT)[:MAX_TEXT])
    assert time.perf_counter() - started < 0.5


def test_classes_are_ascii() -> None:
    """A fullwidth digit is no digit to the programs whose settings are compared."""
    assert not compile_pattern(r"\d+").fullmatch("１２")
    assert not compile_pattern(r"\w+").fullmatch("é")
