"""A rule as its author sees it: what it reads, what its condition means, how it was tried."""

from rongdun_agent.scan.text import Paper, printable
from rongdun_contract.rules import Rule
from rongdun_contract.rules.cases import Case
from rongdun_contract.rules.mutations import mutations
from rongdun_contract.rules.render import render


def write_description(rule: Rule, cases: tuple[Case, ...], paper: Paper) -> None:
    """Print one rule with its cases and the changes that they have to notice."""
    applies, expect = rule.conditions
    paper.line(f"{rule.id}  {rule.title['zh']} {rule.title['en']}", style="bold")
    paper.line(f"{rule.severity} · {rule.status} · reads {', '.join(sorted(rule.sections))}", indent=2, hanging=2)
    for name, declared in rule.params.items():
        by_level = "".join(f", {value!r} from level {level}" for level, value in declared.get("by_level", {}).items())
        bound = f", as far as {declared['bound']!r}" if declared.get("bound") is not None else ""
        kind = f"{declared['type']}, {declared['default']!r}{by_level}, may go {declared['tighten']}{bound}"
        paper.line(f"parameter {name}: {kind}", indent=2, hanging=4)
    if applies is not None:
        paper.line(f"applies where {render(applies)}", indent=2, hanging=4)
    paper.line(f"expects {render(expect)}", indent=2, hanging=4)
    for case in cases:
        paper.line(printable(f"case {case.expect.verdict}: {case.name}"), indent=2, hanging=4)
    for description, _ in mutations(rule):
        paper.line(f"must notice that {description}", indent=2, hanging=4, style="dim")
