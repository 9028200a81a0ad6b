"""The scan as CSV: one line per finding, the first row of its evidence in it."""

import csv
from typing import TextIO

from rongdun_agent.scan.choice import embedded_controls
from rongdun_agent.scan.judgement import Judgement

HEAD = (
    "host",
    "rule",
    "severity",
    "verdict",
    "reason",
    "title_zh",
    "title_en",
    "clauses",
    "what",
    "found",
    "wanted",
    "source",
)


def write_csv(judgement: Judgement, out: TextIO) -> None:
    """Print the head and the lines, as RFC 4180 has it."""
    framework = embedded_controls(judgement.wish.level)
    rules = {rule.id: rule for rule in judgement.wish.rules}
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for finding in judgement.findings:
        row = finding.evidence[0] if finding.evidence else None
        clauses = framework.clauses_of(finding.rule, judgement.wish.level)
        title = rules[finding.rule].title
        cells = (
            judgement.host_name,
            finding.rule,
            finding.severity,
            finding.verdict,
            finding.reason,
            title["zh"],
            title["en"],
            "; ".join(clause.id for clause in clauses),
            *((row.what, row.found, row.wanted, row.source) if row else ("", "", "", "")),
        )
        writer.writerow(_harmless(cell) for cell in cells)


def _harmless(cell: str | None) -> str:
    """A cell that a spreadsheet would take for a formula begins with a quote."""
    text = cell or ""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
