"""What the rules said about a host as one document, the same for every host of which they said the same."""

import json
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rongdun_contract.clauses import clause_results
from rongdun_contract.controls import Framework
from rongdun_contract.documents import canonical_json, digest
from rongdun_contract.findings import Finding
from rongdun_contract.score import host_score


@dataclass(frozen=True)
class ResultSet:
    """Verdicts by rule, results by clause, score and counts; `body` is the document that `digest` names.

    `findings` has rule, severity, verdict, and the reason where it is unknown. The version of a pack is no part of it:
    a new pack that changes no verdict changes no host's history.
    """

    level: int
    findings: tuple[tuple[str, str, str, str | None], ...]
    clauses: dict[str, str]
    score: float | None
    confidence: float | None
    counts: dict[str, int]
    failures: dict[str, int]
    red_flag: bool

    @cached_property
    def tally(self) -> Counter[tuple[str, str]]:
        """Findings by severity and verdict."""
        return Counter((severity, verdict) for _, severity, verdict, _ in self.findings)

    @cached_property
    def packed(self) -> bytes:
        """The document as it is stored."""
        return zlib.compress(self.body)

    def fails(self, rule: str) -> bool:
        """Whether this rule fails."""
        return any(name == rule and verdict == "fail" for name, _, verdict, _ in self.findings)

    @cached_property
    def body(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(
            {
                "level": self.level,
                "findings": self.findings,
                "clauses": self.clauses,
                "score": self.score,
                "confidence": self.confidence,
                "counts": self.counts,
                "failures": self.failures,
                "red_flag": self.red_flag,
            }
        )

    @cached_property
    def digest(self) -> str:
        """The name of the document."""
        return digest(self.body)


def result_set(findings: Sequence[Finding], framework: Framework, level: int) -> ResultSet:
    """Sum up the findings on a host."""
    score = host_score(findings)
    return ResultSet(
        level=level,
        findings=tuple(
            (finding.rule, finding.severity, finding.verdict, finding.reason if finding.verdict == "unknown" else None)
            for finding in findings
        ),
        clauses={result.clause: result.result for result in clause_results(framework, findings, level)},
        score=score.score,
        confidence=score.confidence,
        counts={str(verdict): count for verdict, count in score.counts.items()},
        failures={str(severity): count for severity, count in score.failures.items()},
        red_flag=score.red_flag,
    )


def unpack(packed: bytes, shared: dict[Any, Any]) -> ResultSet:
    """The result set that was stored; what it has in common with those unpacked before is taken from `shared`."""
    fields: dict[str, Any] = json.loads(zlib.decompress(packed))
    rows = map(tuple, fields["findings"])
    fields["findings"] = tuple(shared.setdefault(row, row) for row in rows)
    same = {shared.setdefault(name, name): shared.setdefault(said, said) for name, said in fields["clauses"].items()}
    fields["clauses"] = shared.setdefault(tuple(same.items()), same)
    return ResultSet(**fields)
