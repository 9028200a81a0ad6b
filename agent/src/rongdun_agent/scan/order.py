"""In which order findings are told: what fails first, the most severe of it before the rest."""

from collections.abc import Iterable

from rongdun_agent.scan.evidence import MARKS
from rongdun_contract.findings import Finding, Verdict
from rongdun_contract.rules import SEVERITIES

TOLD: tuple[Verdict, ...] = tuple(MARKS)
"""The verdicts, the worst first."""


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """The findings by verdict, severity and name of the rule."""
    return sorted(findings, key=_rank)


def _rank(finding: Finding) -> tuple[int, int, str]:
    return TOLD.index(finding.verdict), SEVERITIES.index(finding.severity), finding.rule
