"""The score of a host (态势得分), and how much of it is known."""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, get_args

from pydantic import BaseModel, ConfigDict

from rongdun_contract.findings import Finding, Verdict
from rongdun_contract.rules.rule import Severity

WEIGHTS: Final[Mapping[Severity, int]] = MappingProxyType({"critical": 10, "high": 6, "medium": 3, "low": 1})
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)


class Score(BaseModel):
    """`score` is 0 to 100, None when nothing passed or failed; `confidence` is 0 to 1, None when no rule applies.

    `red_flag` is set when there are findings and all of them are `not_applicable`: a host to which nothing applies is
    suspicious, not clean.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    score: float | None
    confidence: float | None
    counts: dict[Verdict, int]
    failures: dict[Severity, int]
    red_flag: bool


def host_score(findings: Iterable[Finding]) -> Score:
    """100 x weight that passed / weight that passed or failed; unknown weight lowers the confidence alone."""
    weights: Counter[Verdict] = Counter()
    counts: Counter[Verdict] = Counter()
    failures: Counter[Severity] = Counter()
    for finding in findings:
        counts[finding.verdict] += 1
        weights[finding.verdict] += WEIGHTS[finding.severity]
        failures[finding.severity] += finding.verdict == "fail"
    decided = weights["pass"] + weights["fail"]
    applicable = decided + weights["unknown"]
    return Score(
        score=100 * weights["pass"] / decided if decided else None,
        confidence=decided / applicable if applicable else None,
        counts={verdict: counts[verdict] for verdict in VERDICTS},
        failures={severity: failures[severity] for severity in WEIGHTS},
        red_flag=counts["not_applicable"] == counts.total() > 0,
    )
