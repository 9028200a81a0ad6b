"""Reading an organisation's overlay from YAML, checked against the rules whose parameters it adjusts."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from rongdun_contract.rules.document import Document, TextDocument
from rongdun_contract.rules.matchers.matcher import shown
from rongdun_contract.rules.moments import parse_moment
from rongdun_contract.rules.overlay import Adjusted, Overlay, Waiver
from rongdun_contract.rules.parameters import Declaration, has_type
from rongdun_contract.rules.problems import PackError, Report, nearest
from rongdun_contract.rules.rule import Pack
from rongdun_contract.rules.source import Entries, Node, read_yaml, validated
from rongdun_contract.rules.source.nodes import line_of

WAIVER = 'waiver: {reason: …, approver: …, expiry: "2027-01-31"}'


class WaiverDocument(Document):
    """By what right a parameter is looser than its rule allows."""

    reason: Annotated[str, Field(min_length=1)]
    """why the risk is accepted, and what compensates for it"""
    approver: Annotated[str, Field(min_length=1)]
    """who answers for it"""
    expiry: str
    """a date or time in quotes; from that moment on (a date: its first, in UTC) the waiver counts no more"""


class AdjustedDocument(Document):
    """A parameter's value; a bare one is spelt out before this is checked."""

    value: Any
    """of the parameter's own type"""
    waiver: WaiverDocument | None = None
    """needed where the value is looser than the rule's own, or beyond its bound"""


class OverlayDocument(Document):
    """An organisation's overlay."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    """kebab-case"""
    title: TextDocument
    """in both languages"""
    rules: Annotated[dict[str, Annotated[dict[str, AdjustedDocument], Field(min_length=1)]], Field(min_length=1)]
    """by rule and parameter"""


def load_overlay(path: Path, packs: Iterable[Pack]) -> Overlay:
    """Read an overlay; raises PackError with everything that is wrong with it."""
    report = Report(str(path))
    node = read_yaml(path, report)
    node = None if node is None else _spelt_out(node)
    document = None if node is None else validated(OverlayDocument, node, report)
    adjusted: list[Adjusted] = []
    if document is not None and node is not None:
        adjusted = _Check(report, node, {rule.id: rule.params for pack in packs for rule in pack.rules}).read(document)
    if report.problems or document is None:
        raise PackError(report.problems)
    return Overlay(document.id, document.title.model_dump(), tuple(adjusted), document.model_dump(mode="json"))


def _spelt_out(node: Node) -> Node:
    """The same overlay with `parameter: value` written as `parameter: {value: value}`."""
    rules = node.entries.get("rules") if isinstance(node, Entries) else None
    if not isinstance(node, Entries) or not isinstance(rules, Entries):
        return node
    found = {name: _wrapped(params) for name, params in rules.entries.items()}
    return Entries({**node.entries, "rules": Entries(found, rules.key_lines, rules.line)}, node.key_lines, node.line)


def _wrapped(params: Node) -> Node:
    if not isinstance(params, Entries):
        return params
    found: dict[str, Node] = {
        name: node if isinstance(node, Entries) else Entries({"value": node}, {"value": node.line}, node.line)
        for name, node in params.entries.items()
    }
    return Entries(found, params.key_lines, params.line)


_Mistake = tuple[tuple[str, ...], str, str]
"""Where below `rules`, what, and the remedy."""


class _Check:
    """Goes through what an overlay says beside what the rules declare."""

    def __init__(self, report: Report, node: Node, params: Mapping[str, Mapping[str, Any]]) -> None:
        self._report, self._node, self._params = report, node, params

    def read(self, document: OverlayDocument) -> list[Adjusted]:
        """What it adjusts, as far as nothing is wrong with it."""
        found: list[Adjusted] = []
        for rule, values in document.rules.items():
            for name, said in values.items():
                wrong = self._wrong(rule, name, said)
                if wrong is None:
                    found.append(self._adjusted(rule, name, said))
                else:
                    place, what, remedy = wrong
                    self._report.add(self._line(place), ".".join(("rules", *place)), what, remedy)
        return found

    def _wrong(self, rule: str, name: str, said: AdjustedDocument) -> _Mistake | None:
        if rule not in self._params:
            return (rule,), f"there is no rule `{rule}`", nearest(rule, self._params)
        known = self._params[rule]
        if name not in known:
            remedy = nearest(name, known) if known else "the rule has no parameters"
            return (rule, name), f"the rule has no parameter `{name}`", remedy
        wrong = _wrong_value(Declaration.model_validate(known[name]), said)
        return None if wrong is None else ((rule, name, *wrong[0]), *wrong[1:])

    def _adjusted(self, rule: str, name: str, said: AdjustedDocument) -> Adjusted:
        own = _own(Declaration.model_validate(self._params[rule][name]))
        source = f"{self._report.file}:{self._line((rule, name))}"
        return Adjusted(rule, name, said.value, own, source, _waiver(said.waiver))

    def _line(self, place: tuple[str, ...]) -> int:
        return line_of(self._node, ("rules", *place))


def _wrong_value(declared: Declaration, said: AdjustedDocument) -> _Mistake | None:
    if not has_type(said.value, declared.type):
        return ("value",), f"{said.value!r} is not of type {declared.type}", f"its default is {declared.default!r}"
    allowed = declared.allows(said.value)
    if allowed and said.waiver is not None:
        return ("waiver",), "the value is allowed by itself", "leave the waiver out"
    if not allowed and said.waiver is None:
        return (), f"{said.value!r} is not allowed by itself: {_own(declared)}", _way(declared)
    if said.waiver is not None and parse_moment(said.waiver.expiry) is None:
        what = f"{said.waiver.expiry!r} is no time"
        return ("waiver", "expiry"), what, 'write a date or a time: "2027-01-31"'
    return None


def _waiver(said: WaiverDocument | None) -> Waiver | None:
    expiry = None if said is None else parse_moment(said.expiry)
    return None if said is None or expiry is None else Waiver(said.reason, said.approver, expiry)


def _own(declared: Declaration) -> str:
    levels = "".join(f", {shown(value)} at level {level}" for level, value in sorted(declared.by_level.items()))
    return f"the rule's own is {shown(declared.default)}{levels}"


def _way(declared: Declaration) -> str:
    bound = "" if declared.bound is None else f", as far as {shown(declared.bound)}"
    may = "it is fixed" if declared.tighten == "fixed" else f"it may go {declared.tighten}{bound}"
    return f"{may}; for anything else add {WAIVER}"
