"""How a verdict looks, and what it rests on."""

from collections.abc import Mapping
from types import MappingProxyType

from rongdun_agent.scan.text import Paper, printable
from rongdun_contract.findings import Evidence, Verdict

MARKS: Mapping[Verdict, tuple[str, str]] = MappingProxyType(
    {"fail": ("✗", "red"), "unknown": ("?", "yellow"), "pass": ("✓", "green"), "not_applicable": ("-", "dim")}
)
"""The sign and the style of each verdict; in this order they are told."""


def write_evidence(row: Evidence, paper: Paper, indent: int) -> None:
    """One fact: what it is, what was wanted, where it stands, what it overrode."""
    if row.what == "…":
        paper.line(printable(f"… {row.found}"), indent)
        return
    wanted = f"，要求 wanted {row.wanted}" if row.wanted else ""
    paper.line(printable(f"{row.what}: {row.found}{wanted}"), indent, hanging=2)
    if row.source:
        paper.line(printable(f"于 at {row.source}"), indent + 2, hanging=2)
    for place in row.overrides:
        paper.line(printable(f"覆盖 overrides {place}"), indent + 2, hanging=2, style="dim")
