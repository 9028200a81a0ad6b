"""What signals say of facts: by the rules, once for the same facts, and never more than they know."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from rongdun_collector.drill.folding import Told
from rongdun_collector.drill.telling import Teller
from rongdun_contract.documents import Section, Survey, Unavailable, manifest
from rongdun_contract.rules.pack import load_pack
from tests.collector.drill.watching import QUIET, accounts, listening, part
from tests.collector.serving import START

PACK = load_pack(Path(__file__).parent / "pack")
OPEN = [{"protocol": "tcp", "port": 22}, {"protocol": "tcp", "port": 80}]
NOTHING = {"new-uid-zero": Told(), "new-listener": Told(), "forwarding-as-it-was": Told()}


class Documents:
    """Facts by digest; counts how often they are asked for."""

    def __init__(self, *surveys: Survey) -> None:
        parts = [part for survey in surveys for part in survey.values() if isinstance(part, Section)]
        self._facts = {part.facts_digest: part.facts for part in parts}
        self.asked = 0

    def __call__(self, digests: Collection[str]) -> Mapping[str, tuple[Mapping[str, Any], int]]:
        """Return the facts that are there."""
        self.asked += 1
        return {digest: (self._facts[digest], 10) for digest in digests if digest in self._facts}


def say(state: Survey, reference: Survey = QUIET) -> Mapping[str, Told]:
    load = Documents(state, reference)
    return Teller().tell(PACK, manifest(state), manifest(reference), START, load)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, {}, id="nothing new"),
        pytest.param(accounts("toor"), {"new-uid-zero": Told(frozenset({"toor"}))}, id="a new account"),
        pytest.param(
            listening(80, 443), {"new-listener": Told(frozenset({"tcp 80", "tcp 443"}))}, id="two new listeners"
        ),
        pytest.param(
            {"sockets": part("sockets", {"listening": [{"protocol": {"unknown": "error"}, "port": 1}, *OPEN[:1]]})},
            {"new-listener": Told(unknown="error")},
            id="one cannot be told, none is new",
        ),
        pytest.param(
            {"sockets": part("sockets", {"listening": [{"protocol": {"unknown": "error"}, "port": 1}, *OPEN]})},
            {"new-listener": Told(frozenset({"tcp 80"}), unknown="undecided")},
            id="one cannot be told, another is new",
        ),
        pytest.param(
            {"sockets": Unavailable("no permission")}, {"new-listener": Told(unknown="no permission")}, id="unreadable"
        ),
    ],
)
def test_signals(changes: Survey, expected: dict[str, Told]) -> None:
    assert say({**QUIET, **changes}) == NOTHING | expected


def test_what_was_there_already_is_not_new() -> None:
    before = {**QUIET, **accounts("toor")}
    assert say(before, before) == NOTHING


def test_a_section_that_the_reference_lacks_compares_with_nothing() -> None:
    reference = {name: part for name, part in QUIET.items() if name != "accounts"}
    assert say({**QUIET, **accounts("toor")}, reference)["new-uid-zero"] == Told(unknown="no reference")


def test_a_document_that_is_gone_is_not_an_empty_one() -> None:
    told = Teller().tell(PACK, manifest(QUIET), manifest(QUIET), START, lambda _digests: {})
    assert told["new-uid-zero"].unknown == "error"


def test_a_list_that_was_cut_short_says_so() -> None:
    """`evaluate` stops to look for reasons after a thousand; the others are there all the same."""
    told = say({**QUIET, **listening(*range(1000, 2400))})["new-listener"]
    assert told.cut_short
    assert len(told.keys) == 1000
    assert not say({**QUIET, **listening(*range(1000, 1500))})["new-listener"].cut_short


def test_the_same_facts_are_told_once() -> None:
    """A hundred hosts with the same changes cost what one costs."""
    teller, state = Teller(), {**QUIET, **accounts("toor")}
    load = Documents(state, QUIET)
    told = [teller.tell(PACK, manifest(state), manifest(QUIET), START, load) for _ in range(100)]
    assert all(one is told[0] for one in told)
    assert load.asked == 2
