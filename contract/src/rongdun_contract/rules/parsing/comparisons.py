"""Comparisons: `{path: {matcher: argument}}`."""

from dataclasses import dataclass, replace
from typing import Any, cast

from rongdun_contract.rules.conditions import All, Compare, Condition, Parameter, Verdict
from rongdun_contract.rules.matchers import ABSENT_WORD, MATCHERS, Matcher
from rongdun_contract.rules.parsing.context import At, Context
from rongdun_contract.rules.paths import format_path
from rongdun_contract.rules.problems import nearest
from rongdun_contract.rules.scope import Place
from rongdun_contract.rules.source import Entries, Items, Node, Scalar, plain


def parse_comparisons(entries: Entries, at: At, context: Context) -> Condition | None:
    """Several paths, and several matchers of one path, are all to hold."""
    parts: list[Condition] = []
    complete = True
    for text, node in entries.entries.items():
        place = context.place(text, entries.key_lines[text], at.below(text))
        read = None if place is None else _Comparisons(place, at.below(text), context).parse(node)
        complete = complete and read is not None
        parts.extend(read or ())
    if not complete:
        return None
    return parts[0] if len(parts) == 1 else All(tuple(parts))


@dataclass(frozen=True, slots=True)
class _Comparisons:
    """The comparisons of one path."""

    place: Place
    at: At
    context: Context

    def parse(self, node: Node) -> list[Compare] | None:
        """All of them; None when one is wrong."""
        if not isinstance(node, Entries):
            self._report(node.line, "", "is not compared with anything", self._comparison_for(node))
            return None
        names = [name for name in node.entries if name != "if_absent"]
        if not names:
            self._report(node.line, "", "no matcher is named", f"write one of {self._usable()}")
        if_absent = self._parse_if_absent(node)
        parts = [self._parse_matcher(name, node) for name in names]
        found = [replace(part, if_absent=if_absent) for part in parts if part is not None]
        for part in found:
            self._settle_absence(part, node)
        return found if found and len(found) == len(names) else None

    def _parse_matcher(self, name: str, entries: Entries) -> Compare | None:
        line, value = entries.key_lines[name], entries.entries[name]
        matcher = MATCHERS.get(name)
        if matcher is None:
            self._report(line, name, f"unknown matcher `{name}`", nearest(name, [*MATCHERS, "if_absent"]))
            return None
        if self.place.type.kind not in matcher.on:
            what = f"`{name}` cannot compare a fact that is {self.place.type.words()}"
            self._report(line, name, what, f"use one of {self._usable()}")
            return None
        argument = self._argument(value, name, matcher)
        if argument is None or self._is_refused(argument, name, matcher, value.line):
            return None
        return Compare(self.place.path, name, argument)

    def _argument(self, node: Node, name: str, matcher: Matcher) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(node, Entries):
            return self._parse_parameter(node, name, matcher)
        if isinstance(node, Scalar):
            return node.value
        if not all(isinstance(item, Scalar) for item in node.items):
            remedy = "make the whole list a parameter; a range with one is at_least and at_most beside each other"
            self._report(node.line, name, "the list holds more than plain values", remedy)
            return None
        return [dict(ABSENT_WORD) if _is_absent_word(item) else plain(item) for item in node.items]

    def _parse_parameter(self, entries: Entries, name: str, matcher: Matcher) -> Parameter | None:
        node = entries.entries.get("param")
        word = node.value if isinstance(node, Scalar) and len(entries.entries) == 1 else None
        if not isinstance(word, str):
            self._report(entries.line, name, "is a mapping", "write a value, a list, or {param: name}")
            return None
        self.context.used.add(word)
        declaration = self.context.declarations.get(word)
        if declaration is None:
            known = self.context.declarations
            remedy = nearest(word, known) if known else "declare it under `params`"
            self._report(entries.line, name, f"there is no parameter `{word}`", remedy)
            return None
        if declaration.type not in matcher.parameters:
            taken = ", ".join(sorted(matcher.parameters)) or "no parameter at all"
            what = f"`{word}` is a parameter of type {declaration.type}"
            self._report(entries.line, name, what, f"`{name}` takes {taken}")
            return None
        return Parameter(word)

    def _is_refused(self, argument: Any, name: str, matcher: Matcher, line: int) -> bool:  # noqa: ANN401 - any JSON value
        declared = self.context.declarations[argument.name].values() if isinstance(argument, Parameter) else [argument]
        for value in declared:
            complaint = matcher.refuse(value, self.place.type)
            if complaint is not None:
                self._report(line, name, complaint.what, complaint.remedy)
                return True
        return False

    def _parse_if_absent(self, entries: Entries) -> Verdict | None:
        node = entries.entries.get("if_absent")
        if node is None:
            return None
        if not self.place.type.may_be_absent:
            what = f"`{format_path(self.place.path)}` is never absent"
            self._report(node.line, "if_absent", what, "leave if_absent out")
        return cast("Verdict | None", self.context.word(node, self.at.below("if_absent"), ("pass", "fail")))

    def _settle_absence(self, part: Compare, entries: Entries) -> None:
        """Nothing may turn an absent fact into a pass unless the rule says so."""
        if not self.place.type.may_be_absent:
            return
        matcher, line = MATCHERS[part.matcher], entries.key_lines[part.matcher]
        answers = not isinstance(part.argument, Parameter) and matcher.on_absent(part.argument) is not None
        if "if_absent" in entries.entries:
            if answers:
                what = f"`{part.matcher}` answers for an absent fact itself"
                self._report(line, part.matcher, what, "leave if_absent out")
        elif part.matcher == "not":
            remedy = "say beside it what then holds: if_absent: pass or fail"
            self._report(line, part.matcher, "the fact may be absent", remedy)
        elif not answers:
            self.context.loose.append(format_path(self.place.path))

    def _usable(self) -> str:
        return ", ".join(sorted(name for name, matcher in MATCHERS.items() if self.place.type.kind in matcher.on))

    def _comparison_for(self, node: Node) -> str:
        if _is_absent_word(node):
            return "write {absent: true}"
        if isinstance(node, Items):
            return "write {in: […]}"
        return "write {is: …}" if self.place.type.kind in MATCHERS["is"].on else f"write one of {self._usable()}"

    def _report(self, line: int, step: str, what: str, remedy: str) -> None:
        field = self.at.below(step).field if step else self.at.field
        self.context.report.add(line, field, what, remedy)


def _is_absent_word(node: Node) -> bool:
    return isinstance(node, Scalar) and node.bare and node.value == "absent"
