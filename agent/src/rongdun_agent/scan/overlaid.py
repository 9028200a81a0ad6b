"""What an organisation's overlay comes to on the day of a scan: nobody shall take a loosened value for the rule's."""

from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.text import Paper, printable
from rongdun_contract.findings import Evidence
from rongdun_contract.rules.overlay import row_of


def write_overlay(judgement: Judgement, paper: Paper, rule: str | None = None) -> None:
    """Print its adjustments, of one rule or of all that were judged; expired waivers are told as such."""
    overlay = judgement.wish.overlay
    counting, expired = overlay.at(judgement.at).without(judgement.wish.params)
    judged = {finding.rule for finding in judgement.findings} if rule is None else {rule}
    rows = [(row_of(one, counts=True), "") for one in counting if one.rule in judged]
    rows += [(row_of(one, counts=False), "yellow") for one in expired if one.rule in judged]
    if not rows:
        return
    title = f"{overlay.title['zh']} {overlay.title['en']}"
    paper.line(printable(f"单位参数 Overlay {overlay.id}: {title}"), indent=2, hanging=2)
    for row, style in rows:
        paper.line(_words(row), indent=4, hanging=2, style=style)


def _words(row: Evidence) -> str:
    return printable(f"{row.what}: {row.found} ({row.wanted}) {row.source}")
