from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongdun_contract.rules.versions import compare, is_version, version_reaches

ORDERED = ["1.0~rc1", "1.0", "1.0^git1", "1.0a", "1.0+b", "1.0.1", "1.2", "1.10", "2"]
"""Oldest first, as both families order (`^` is rpm's alone)."""


def test_versions_are_in_order() -> None:
    for at, one in enumerate(ORDERED):
        for other in ORDERED[at + 1 :]:
            assert (compare(one, other), compare(other, one)) == (-1, 1), (one, other)
        assert compare(one, one) == 0


def test_leading_zeros_count_nothing() -> None:
    assert compare("01.002", "1.2") == 0


@pytest.mark.parametrize(
    ("found", "wanted", "reached"),
    [
        pytest.param("1:9.2p1-2+deb12u3", "9.2p1", True, id="epoch and revision are ignored where none is wanted"),
        pytest.param("9.2p1-2+deb12u2", "9.2p1-2+deb12u3", False, id="a wanted revision counts"),
        pytest.param("9.3p1-1", "9.2p1-2", True, id="a newer version beats the revision"),
        pytest.param("1:1.0", "2:0.5", False, id="a wanted epoch counts"),
        pytest.param("3:0.1", "2:0.5", True, id="a higher epoch is newer whatever follows"),
        pytest.param("9.2p1", "9.2p1-2", False, id="no revision is older than any"),
        pytest.param("9.2~rc1", "9.2", False, id="a release candidate is no release"),
        pytest.param("10.0", "9.9", True, id="numbers by value"),
        pytest.param("8.0.p1-4.el8_6", "8.0", True, id="rpm release"),
    ],
)
def test_a_version_is_reached_or_not(found: str, wanted: str, reached: bool) -> None:
    assert version_reaches(found, wanted) is reached


def test_words_are_no_versions() -> None:
    assert [is_version(text) for text in ("9.2", "newest", "1 2", "")] == [True, False, False, False]


VERSIONS = st.from_regex(r"[0-9][0-9a-z.+~]{0,6}", fullmatch=True)


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="dpkg is not there to be asked")
@settings(deadline=None, max_examples=60)
@given(VERSIONS, VERSIONS)
def test_dpkg_orders_the_same(one: str, other: str) -> None:
    """The package database's own tool is the judge, not we."""
    for operator, holds in (("lt", compare(one, other) < 0), ("eq", compare(one, other) == 0)):
        said = subprocess.run(["dpkg", "--compare-versions", one, operator, other], check=False).returncode == 0
        assert said is holds, (one, operator, other)


@given(st.lists(VERSIONS, min_size=3, max_size=3))
def test_the_order_is_an_order(versions: list[str]) -> None:
    one, two, three = versions
    assert compare(one, two) == -compare(two, one)
    if compare(one, two) <= 0 and compare(two, three) <= 0:
        assert compare(one, three) <= 0
