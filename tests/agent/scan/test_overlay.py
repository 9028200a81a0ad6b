"""`--overlay`: an organisation's values judge the host, and the report says whose they are."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rongdun_agent.cli import MEND, main

PASSWD = "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n"
FEW_USERS = """\
severity: low
status: stable
params: {most: {type: integer, default: 2000, tighten: lower, bound: 10}}
expect: {every: accounts.users, that: {uid: {at_most: {param: most}}}, empty: fail}
"""
Scan = Callable[..., tuple[int, str]]


@pytest.fixture
def scan(make_host, make_pack, tmp_path: Path) -> Scan:
    """Return `scan(most, *more, command=…)`, which judges a host of two accounts under an overlay."""
    tree = str(make_host({"/etc/passwd": PASSWD, "/etc/hostname": "oak\n"}).on_disk("/"))
    pack = str(make_pack({"few-users": FEW_USERS}))

    def run(most: str, *more: str, command: tuple[str, ...] = ("scan",)) -> tuple[int, str]:
        place = tmp_path / "city.yaml"
        place.write_text(f"id: city\ntitle: {{zh: 市, en: City}}\nrules:\n  few-users:\n    most: {most}\n", "utf-8")
        out = io.StringIO()
        status = main([*command, "--root", tree, "--pack", pack, "--overlay", str(place), *more], out)
        return status, out.getvalue()

    return run


def waived(expiry: str) -> str:
    return f'{{value: 5000, waiver: {{reason: a lot of people, approver: 王工, expiry: "{expiry}"}}}}'


def test_a_tighter_value_turns_the_verdict_and_is_shown(scan: Scan) -> None:
    status, printed = scan("999")
    assert status == 1
    assert "单位参数 Overlay city: 市 City" in printed
    assert "few-users.most: 999 (the rule's own is 2000)" in printed
    assert "uid: 1000，要求 wanted <= 999" in printed


def test_the_finding_carries_it_for_programs(scan: Scan) -> None:
    _, printed = scan("999", "--format", "json")
    (finding,) = json.loads(printed)["findings"]
    assert finding["evidence"][-1]["what"] == "few-users.most"
    assert finding["evidence"][-1]["source"].endswith("city.yaml:5")


def test_a_waiver_that_counts_bounds_how_long_the_finding_is_valid(scan: Scan) -> None:
    _, printed = scan(waived("2999-01-31"), "--format", "json")
    (finding,) = json.loads(printed)["findings"]
    assert (finding["verdict"], finding["valid_until"]) == ("pass", "2999-01-31T00:00:00Z")


def test_an_expired_waiver_counts_no_more_and_is_told(scan: Scan) -> None:
    _, printed = scan(waived("2020-01-31"))
    assert "approved by 王工: a lot of people, expired" in printed
    _, printed = scan(waived("2020-01-31"), "--format", "json")
    (finding,) = json.loads(printed)["findings"]
    assert finding["valid_until"] is None


def test_explain_shows_both_values_and_whose_the_other_is(scan: Scan) -> None:
    _, printed = scan(waived("2999-01-31"), command=("explain", "few-users"))
    assert "most: 2000 at level 3, here 5000" in printed
    assert "waiver until 2999-01-31T00:00:00+00:00, approved by 王工: a lot of people" in printed
    assert "uid at_most 5000" in printed or "<= 5000" in printed


def test_a_what_if_goes_before_it(scan: Scan) -> None:
    status, printed = scan("999", "--param", "few-users.most=1500")
    assert status == 0
    assert "Overlay" not in printed


def test_one_that_loosens_without_a_waiver_is_refused(scan: Scan, capsys: pytest.CaptureFixture[str]) -> None:
    status, printed = scan("5000")
    assert (status, printed) == (MEND, "")
    assert "city.yaml:5: rules.few-users.most: 5000 is not allowed by itself" in capsys.readouterr().err
