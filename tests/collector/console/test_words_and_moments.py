"""Words and moments in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from rongdun_collector.console.moments import for_input, parse_as_of, shown, span
from rongdun_collector.console.words import RESULTS, SEVERITIES, VERDICTS, WORDS, identity_reason, word
from rongdun_collector.identity import KnownHost, identify
from rongdun_collector.problems import RefusedError
from rongdun_collector.store.hosts import Order, Presence
from rongdun_collector.store.lineage import TWO_COPIES
from rongdun_contract.clauses import RESULTS as CLAUSE_RESULTS
from rongdun_contract.controls import Kind
from rongdun_contract.reasons import REASONS
from rongdun_contract.score import VERDICTS as ALL_VERDICTS
from rongdun_contract.score import WEIGHTS
from rongdun_contract.wire import Claims

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def test_every_word_of_the_contract_has_both_languages() -> None:
    """A word that is added to a closed list must not reach people untranslated."""
    lists = (*WEIGHTS, *ALL_VERDICTS, *REASONS, *CLAUSE_RESULTS, *get_args(Kind), *get_args(Presence), *get_args(Order))
    assert [one for one in lists if one not in WORDS] == []
    assert set(SEVERITIES) == set(WEIGHTS)
    assert set(VERDICTS) == set(ALL_VERDICTS)
    assert set(RESULTS) == set(CLAUSE_RESULTS)
    assert word("a word of a later version", "zh") == "a word of a later version"
    assert word(None, "zh") == ""


@pytest.mark.parametrize("alive", [True, False])
@pytest.mark.parametrize(
    "claims",
    [
        {"machine_id": "a" * 32},
        {"machine_id": "a" * 32, "dmi_uuid": "4c4c4544-0042-4a10-8051-b4c04f303932"},
        {"machine_id": "a" * 32, "ssh_host_keys": ("k",), "macs": ("m",)},
        {"machine_id": "b" * 32},
    ],
)
def test_every_reason_of_identity_is_said_in_chinese(claims: dict, alive: bool) -> None:
    whole = {
        "machine_id": "a" * 32,
        "dmi_uuid": "4c4c4544-0042-4a10-8051-b4c04f303932",
        "ssh_host_keys": ("k",),
        "macs": ("m",),
    }
    known = [KnownHost("0123abcd", Claims(hostname="x", agent="1", **whole), alive)] * 2
    new = Claims(hostname="x", agent="1", **claims)
    for found in (identify(new, known[:1]), identify(new, known), identify(new, known, proven="0123abcd")):
        for reason in (*found.reasons, TWO_COPIES):
            said = identity_reason(reason, "zh")
            rest = said.replace("machine-id", "").replace("DMI UUID", "").replace("SSH", "").replace("MAC", "")
            assert not any(letter.isalpha() and letter.isascii() for letter in rest.replace("0123abcd", "")), said
            assert identity_reason(reason, "en") == reason


def test_moments_are_shanghais_with_utc_beside() -> None:
    assert (
        shown(NOW)
        == '<time datetime="2026-03-01T08:00:00+00:00" title="2026-03-01 08:00:00 UTC">2026-03-01 16:00:00</time>'
    )
    assert for_input(NOW) == "2026-03-01T16:00:00"
    assert "—" in shown(None)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-02-01T08:00", datetime(2026, 2, 1, 0, 0, tzinfo=UTC)),
        ("2026-02-01T08:00:00+00:00", datetime(2026, 2, 1, 8, 0, tzinfo=UTC)),
        ("2026-02-01T08:00:00Z", datetime(2026, 2, 1, 8, 0, tzinfo=UTC)),
        ("2026-02-01", datetime(2026, 1, 31, 16, 0, tzinfo=UTC)),
        ("", None),
        (None, None),
        ("2026-03-01T16:00", None),
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str | None, utc: datetime | None) -> None:
    assert parse_as_of(text, NOW) == utc


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "0001-01-01T00:00", "9999-12-31T23:59:59-12:00", "１２"])
def test_what_is_no_moment_is_refused_in_words(text: str) -> None:
    with pytest.raises(RefusedError, match="is no moment"):
        parse_as_of(text, NOW)


def test_spans_are_in_the_largest_unit() -> None:
    assert span(timedelta(days=2, hours=5), "zh") == "2 天"
    assert span(timedelta(minutes=59, seconds=59), "en") == "59 min"
    assert span(timedelta(seconds=-5), "zh") == "0 秒"
