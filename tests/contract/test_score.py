from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongdun_contract.findings import Finding
from rongdun_contract.score import WEIGHTS, host_score


def findings(*pairs: tuple[Any, Any]) -> list[Finding]:
    return [Finding(rule=f"r{n}", severity=s, verdict=v) for n, (s, v) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("pairs", "score", "confidence"),
    [
        pytest.param([("critical", "pass"), ("low", "fail")], 100 * 10 / 11, 1.0, id="weights count, not numbers"),
        pytest.param([("high", "pass"), ("high", "unknown")], 100.0, 0.5, id="unknown lowers the confidence alone"),
        pytest.param([("high", "pass"), ("high", "not_applicable")], 100.0, 1.0, id="what does not apply is left out"),
        pytest.param([("medium", "fail")], 0.0, 1.0, id="all fails"),
        pytest.param([("medium", "unknown")], None, 0.0, id="nothing is known"),
        pytest.param([("medium", "not_applicable")], None, None, id="nothing applies"),
        pytest.param([], None, None, id="nothing was asked"),
        pytest.param(
            [("critical", "fail"), ("high", "pass"), ("medium", "pass"), ("low", "unknown")],
            100 * 9 / 19,
            19 / 20,
            id="all together",
        ),
    ],
)  # fmt: skip
def test_the_score_is_the_weight_that_passed(pairs: Any, score: float | None, confidence: float | None) -> None:
    result = host_score(findings(*pairs))
    assert (result.score, result.confidence) == (score, confidence)


def test_a_host_to_which_nothing_applies_is_a_red_flag() -> None:
    """A scanner that judges nothing and says 0 failures is how a real one shipped."""
    assert host_score(findings(("high", "not_applicable"), ("low", "not_applicable"))).red_flag
    assert not host_score(findings(("high", "not_applicable"), ("low", "pass"))).red_flag
    assert not host_score([]).red_flag


def test_counts_name_every_verdict_and_severity() -> None:
    result = host_score(findings(("critical", "fail"), ("critical", "pass"), ("low", "fail"), ("low", "fail")))
    assert result.counts == {"pass": 1, "fail": 3, "not_applicable": 0, "unknown": 0}
    assert result.failures == {"critical": 1, "high": 0, "medium": 0, "low": 2}


PAIRS = st.lists(
    st.tuples(st.sampled_from(list(WEIGHTS)), st.sampled_from(["pass", "fail", "unknown", "not_applicable"]))
)


@given(PAIRS)
def test_scores_stay_in_their_bounds(pairs: Any) -> None:
    result = host_score(findings(*pairs))
    assert result.score is None or 0 <= result.score <= 100
    assert result.confidence is None or 0 <= result.confidence <= 1


@given(PAIRS, st.sampled_from(list(WEIGHTS)))
def test_an_unknown_more_never_raises_anything(pairs: Any, severity: Any) -> None:
    before, after = host_score(findings(*pairs)), host_score(findings(*pairs, (severity, "unknown")))
    assert after.score == before.score
    assert (after.confidence or 0) <= (before.confidence if before.confidence is not None else 1)
