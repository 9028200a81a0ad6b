"""What the parser of one rule's conditions knows and learns, and where in the rule it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from rongdun_contract.rules.conditions import Condition
from rongdun_contract.rules.parameters import Declaration
from rongdun_contract.rules.paths import LEVEL, BadPath
from rongdun_contract.rules.problems import Report
from rongdun_contract.rules.scope import Place, Scope
from rongdun_contract.rules.source import Entries, Items, Node, Scalar
from rongdun_contract.rules.types import SCALARS


@dataclass(frozen=True, slots=True)
class At:
    """Where the parser is: the field (for messages), the names in scope, and what may stand there.

    `may_not_apply` is false inside `where`, in which an answer is needed.
    """

    field: str
    scope: Scope
    may_not_apply: bool = True
    depth: int = 0

    def below(self, step: str | int) -> "At":
        """One step further into the same condition."""
        return replace(self, field=f"{self.field}.{step}")

    def inside(self, step: str | int, scope: Scope | None = None) -> "At":
        """At a condition within the condition, maybe with other names in scope."""
        return replace(self.below(step), scope=scope or self.scope, depth=self.depth + 1)


@dataclass(slots=True)
class Context:
    """One rule's parameters, and what its conditions turned out to use.

    `loose`: facts compared so far that may be absent, without the rule saying what then holds.
    """

    report: Report
    declarations: Mapping[str, Declaration]
    sections: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    loose: list[str] = field(default_factory=list)

    def place(self, text: str, line: int, at: At) -> Place | None:
        """Look up a path that the rule names; a misspelt one is reported."""
        try:
            place = at.scope.place(text)
        except BadPath as error:
            self.report.add(line, at.field, error.what, error.remedy)
            return None
        if at.scope.value is None and place.path[0].name != LEVEL:
            self.sections.add(place.path[0].name)
        return place

    def text(self, node: Node, at: At, what: str) -> str | None:
        """The text of a node; anything else is reported."""
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value
        self.report.add(
            node.line, at.field, f"{what} is not text", "write it as text, in quotes where it has brackets or @"
        )
        return None

    def word(self, node: Node, at: At, words: tuple[str, ...]) -> str | None:
        """One of a few words; anything else is reported."""
        if isinstance(node, Scalar) and node.value in words:
            return str(node.value)
        self.report.add(node.line, at.field, "is none of the words that may stand here", f"write {' or '.join(words)}")
        return None

    def labels(self, node: Node, at: At) -> tuple[Place, ...] | None:
        """Fields that name an element: one, or a list of some; all of them single values."""
        nodes = node.items if isinstance(node, Items) else (node,)
        places = [self._label(each, at) for each in nodes]
        found = tuple(place for place in places if place is not None)
        if not nodes:
            self.report.add(node.line, at.field, "names no field", "name the fields that tell elements apart")
        return found if found and len(found) == len(nodes) else None

    def refuse_others(self, entries: Entries, known: set[str], at: At) -> None:
        """Report every key of a condition that its form does not have."""
        form = next(key for key in entries.entries if key in known)
        for key in entries.entries.keys() - known:
            remedy = f"`{form}` takes {', '.join(sorted(known))}; to combine conditions use `all`"
            self.report.add(entries.key_lines[key], at.below(key).field, f"unknown key `{key}`", remedy)

    def _label(self, node: Node, at: At) -> Place | None:
        text = self.text(node, at, "a field")
        place = None if text is None else self.place(text, node.line, at)
        if place is not None and place.type.kind not in SCALARS:
            self.report.add(
                node.line, at.field, f"`{text}` is {place.type.words()}", "name a field with a single value"
            )
            return None
        return place


Parse = Callable[[Node, At, Context], Condition | None]
"""Reads the condition at a node; None when it is wrong, which the context's report then says."""
