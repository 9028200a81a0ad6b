"""What paths may name at one place of a rule: sections at the top, an element inside a quantifier."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rongdun_contract.facts import SectionSpec
from rongdun_contract.rules.paths import KEY, LEVEL, VALUE, BadPath, Path, Step, format_path, parse_path
from rongdun_contract.rules.problems import nearest
from rongdun_contract.rules.types import FactType

_TEXT, _LEVEL = FactType("text"), FactType("integer")


@dataclass(frozen=True, slots=True)
class Place:
    """A path that exists, and what stands there; `type.optional` tells whether anything on the way may be absent."""

    path: Path
    type: FactType


@dataclass(frozen=True, slots=True)
class Scope:
    """Names that a path may begin with, and their types."""

    names: Mapping[str, FactType]
    value: FactType | None = None

    def place(self, text: str) -> Place:
        """Look a path up; raises BadPath with the nearest existing name."""
        path = parse_path(text)
        found = self._first(path[0])
        for at, step in enumerate(path[1:], start=1):
            below = _below(found, step, format_path(path[:at]))
            found = replace(below, optional=below.optional or found.optional or step.is_key)
        return Place(path, found)

    def _first(self, step: Step) -> FactType:
        if not step.is_key and step.name in self.names:
            return self.names[step.name]
        if self.value is not None and (step.is_key or self.value.kind != "object"):
            raise BadPath(f"`{step.name}` is no field: the element is {self.value.words()}", f'begin with "{VALUE}"')
        if self.value is None:
            raise BadPath(f"there is no section `{step.name}`", nearest(step.name, self.names))
        remedy = f"{nearest(step.name, self.names)}; paths in a quantifier start at the element"
        raise BadPath(f"there is no field of the element `{step.name}`", remedy)


def host_scope(sections: Mapping[str, SectionSpec]) -> Scope:
    """The scope at the top of a rule; a section as a whole is never absent (it may be unknown)."""
    names = {name: FactType("object", model=spec.model) for name, spec in sections.items()}
    return Scope({**names, LEVEL: _LEVEL})


def element_scope(collection: FactType) -> Scope:
    """The scope inside a quantifier over a list or a mapping."""
    element = collection.item
    if element is None:
        message = f"{collection.words()} has no elements"
        raise TypeError(message)
    names = {**element.fields(), VALUE: element}
    if collection.kind == "mapping":
        names[KEY] = _TEXT
    return Scope(names, value=element)


def _below(parent: FactType, step: Step, text: str) -> FactType:
    if parent.kind == "list":
        raise BadPath(f"`{text}` is a list", "its elements have no path: use every, some or none")
    if parent.kind == "mapping" and parent.item is not None:
        if step.is_key:
            return parent.item
        raise BadPath(f"`{text}` is a mapping", f'write its key in brackets: {text}["{step.name}"]')
    fields = parent.fields()
    if step.is_key:
        raise BadPath(
            f'`{text}` is no mapping, ["{step.name}"] cannot be in it', f"write .{step.name}, or leave it out"
        )
    if not fields:
        raise BadPath(f"`{text}` is {parent.words()} and has no fields", f"leave .{step.name} out")
    if step.name not in fields:
        raise BadPath(f"`{text}` has no field `{step.name}`", nearest(step.name, fields))
    return fields[step.name]
