"""An organisation may tighten; it may loosen only with a waiver, and only until that expires."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rongdun_contract.evaluate.overlaid import evaluate_under
from rongdun_contract.rules import Pack, PackError
from rongdun_contract.rules.conditions import Compare, Parameter
from rongdun_contract.rules.overlay import NO_OVERLAY, Overlay
from rongdun_contract.rules.overlay_file import load_overlay
from tests.contract.rules.toy import path, rule_of, survey

END = datetime(2026, 6, 1, tzinfo=UTC)
BEFORE, AFTER = END - timedelta(seconds=1), END + timedelta(days=1)
PARAMS: dict[str, dict[str, Any]] = {
    "most": {"type": "integer", "default": 5, "by_level": {"4": 4}, "tighten": "lower", "bound": 2}
}
RULE = rule_of(Compare(path("shop.count"), "at_most", argument=Parameter("most")), params=PARAMS)
PACKS = [Pack("toys", "1.0.0", "baseline", RULE.title, {"shop": 1}, (RULE,))]
WAIVED = 'value: 9, waiver: {reason: old till, approver: 王工, expiry: "2026-06-01"}'


def overlay(folder: Path, most: str, more: str = "") -> Overlay:
    file = folder / "city.yaml"
    file.write_text(f"id: city\ntitle: {{zh: 市, en: City}}\nrules:\n  {RULE.id}:\n    most: {most}\n{more}", "utf-8")
    return load_overlay(file, PACKS)


def verdict(laid: Overlay, size: int, now: datetime = BEFORE) -> str:
    (finding,) = evaluate_under(laid, [RULE], survey({"count": size}), now=now)
    return finding.verdict


def test_a_tighter_value_counts_at_any_time(tmp_path: Path) -> None:
    laid = overlay(tmp_path, "3")
    assert [verdict(laid, 4), verdict(laid, 3), verdict(laid, 4, AFTER)] == ["fail", "pass", "fail"]
    assert verdict(NO_OVERLAY, 4) == "pass"


def test_a_waiver_counts_until_the_moment_of_its_expiry(tmp_path: Path) -> None:
    laid = overlay(tmp_path, f"{{{WAIVED}}}")
    assert [verdict(laid, 9, now) for now in (BEFORE, END, AFTER)] == ["pass", "fail", "fail"]


def test_a_finding_that_rests_on_a_waiver_is_not_valid_beyond_it(tmp_path: Path) -> None:
    """Who remembers findings would keep the pass for ever otherwise."""
    laid = overlay(tmp_path, f"{{{WAIVED}}}")
    (now,) = evaluate_under(laid, [RULE], survey({"count": 9}), now=BEFORE)
    (then,) = evaluate_under(laid, [RULE], survey({"count": 9}), now=END)
    assert (now.valid_until, then.valid_until) == (END, None)


def test_a_finding_says_by_what_right_the_parameter_differs(tmp_path: Path) -> None:
    laid = overlay(tmp_path, f"{{{WAIVED}}}")
    (now,) = evaluate_under(laid, [RULE], survey({"count": 9}), now=BEFORE)
    (then,) = evaluate_under(laid, [RULE], survey({"count": 9}), now=END)
    row, expired = now.evidence[-1], then.evidence[-1]
    assert (row.what, row.found, row.source) == (f"{RULE.id}.most", "9", f"{tmp_path}/city.yaml:5")
    assert "own is 5, 4 at level 4; waiver until 2026-06-01" in row.wanted
    assert "approved by 王工: old till" in row.wanted
    assert expired.found == "the rule's own is 5, 4 at level 4"
    assert expired.wanted.endswith("old till, expired")
    assert evaluate_under(NO_OVERLAY, [RULE], survey({"count": 9}), now=BEFORE)[0].evidence == then.evidence[:-1]


def test_a_what_if_goes_before_the_overlay(tmp_path: Path) -> None:
    laid = overlay(tmp_path, "3")
    (finding,) = evaluate_under(laid, [RULE], survey({"count": 7}), now=BEFORE, params={RULE.id: {"most": 8}})
    assert finding.verdict == "pass"
    assert [row.what for row in finding.evidence] == ["shop.count"]


@pytest.mark.parametrize(
    ("most", "line", "said"),
    [
        pytest.param("9", 5, "9 is not allowed by itself: the rule's own is 5, 4 at level 4", id="looser, no waiver"),
        pytest.param("5", 5, "add waiver: {reason: …, approver: …, expiry:", id="looser than one level asks for"),
        pytest.param("1", 5, "it may go lower, as far as 2", id="beyond the bound"),
        pytest.param('"3"', 5, "'3' is not of type integer", id="of another type"),
        pytest.param("[3]", 5, "[3] is not of type integer", id="a list"),
        pytest.param(
            '{value: 3, waiver: {reason: a, approver: b, expiry: "2026-06-01"}}',
            5,
            "leave the waiver out",
            id="a waiver for nothing",
        ),
        pytest.param(
            '{value: 9, waiver: {reason: a, approver: b, expiry: "soon"}}', 5, "'soon' is no time", id="no date"
        ),
        pytest.param("{value: 9, waiver: {reason: a, approver: b}}", 5, "waiver.expiry: is missing", id="for ever"),
        pytest.param(
            '{value: 9, waiver: {reason: a, expiry: "2026-06-01"}}', 5, "approver: is missing", id="nobody answers"
        ),
        pytest.param(
            '{value: 9, waiver: {reason: "", approver: b, expiry: "2026-06-01"}}', 5, "reason", id="no reason"
        ),
        pytest.param("{valeu: 3}", 5, "did you mean `value`?", id="a misspelt key"),
        pytest.param("3\n    mots: 3", 6, "did you mean `most`?", id="no such parameter"),
        pytest.param("3\n  a-bad-rule:\n    most: 3", 6, "there is no rule `a-bad-rule`", id="no such rule"),
        pytest.param("3\n    most: 2", 6, "most", id="said twice"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_remedy(most: str, line: int, said: str, tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        overlay(tmp_path, most)
    assert f"city.yaml:{line}: " in str(caught.value)
    assert said in str(caught.value)
