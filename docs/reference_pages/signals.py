"""Every signal of the pack for drills, from the pack itself and from what a watcher looks at."""

from collections.abc import Iterator
from pathlib import Path

from docs.reference_pages.mark import MADE
from rongdun_agent.watch.triggers import NOT_WATCHED, TRIGGERS
from rongdun_contract.rules import Pack, Rule, load_pack
from rongdun_contract.rules.conditions import All, Condition, Quantified
from rongdun_contract.rules.paths import KEY, VALUE, format_path
from rongdun_contract.rules.rule import SEVERITIES

_PACK = Path(__file__).parents[2] / "rules/drill-host"
_SIGNALS = f"""# Signals of the pack `drill-host`

{MADE}
A signal is a rule over a reference: the state that the host pinned when the drill began. It names what was not there
then. What a signal calls its object is what a registered stimulus has to name, its parts joined by blanks. Objects are
gone when two looks in a row do not find them any more.

*Seconds*: the kernel tells the watcher that something moved, or it looks at a small table again and again.
*Half a minute*: nothing tells, so the section is read again now and then, as often as its cost allows. *Walk*: only a
walk over all file systems finds it.

| signal | severity | says | object | answers within |
| --- | --- | --- | --- | --- |
"""
_CALLED = {KEY: "its name", VALUE: "the value"}


def signals() -> str:
    """The table, the worst first."""
    pack = load_pack(_PACK)
    return _SIGNALS + "".join(_row(rule) for rule in _ordered(pack))


def _ordered(pack: Pack) -> list[Rule]:
    return sorted(pack.stable, key=lambda rule: (SEVERITIES.index(rule.severity), rule.id))


def _row(rule: Rule) -> str:
    says = f"{rule.title['zh']}<br>{rule.title['en']}"
    return f"| `{rule.id}` | {rule.severity} | {says} | {_object(rule.conditions[1])} | {_answers(rule)} |\n"


def _object(condition: Condition) -> str:
    return ", ".join(dict.fromkeys(_labels(condition)))


def _labels(condition: Condition) -> Iterator[str]:
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _labels(part)
    elif isinstance(condition, Quantified):
        for path in condition.label:
            yield _CALLED.get(path[0].name, format_path(path))


def _answers(rule: Rule) -> str:
    if not rule.sections.isdisjoint(NOT_WATCHED):
        return "walk"
    return "seconds" if rule.sections <= TRIGGERS.keys() else "half a minute"
