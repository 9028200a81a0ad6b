"""The types of facts, as the section models declare them."""

import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

from rongdun_contract.facts.model import Unknown

Kind = Literal["boolean", "integer", "number", "text", "list", "mapping", "object"]

SCALARS: frozenset[Kind] = frozenset({"boolean", "integer", "number", "text"})
COLLECTIONS: frozenset[Kind] = frozenset({"list", "mapping"})

_SCALAR_KINDS: Mapping[type, Kind] = {bool: "boolean", int: "integer", float: "number", str: "text"}


@dataclass(frozen=True, slots=True)
class FactType:
    """What stands at a place: its kind, the texts it may be, its element's type, whether it may be absent.

    `certain` false: an Unknown may stand in its place.
    """

    kind: Kind
    optional: bool = False
    certain: bool = True
    choices: tuple[str, ...] = ()
    item: "FactType | None" = None
    model: type[BaseModel] | None = None

    @property
    def may_be_absent(self) -> bool:
        """None is possible, or the list or mapping may be empty, which is the same."""
        return self.optional or self.kind in COLLECTIONS

    def words(self) -> str:
        """The type as an author would call it."""
        if self.item is not None:
            return f"{self.kind} of {self.item.words()}"
        if self.choices:
            return " | ".join(self.choices)
        return self.kind

    def fields(self) -> Mapping[str, "FactType"]:
        """The fields of an object."""
        if self.model is None:
            return {}
        return {name: fact_type(info.annotation) for name, info in self.model.model_fields.items()}


def fact_type(annotation: Any) -> FactType:  # noqa: ANN401 - annotations have no common type
    """The type that an annotation of a section model declares; `Maybe` and constraints are looked through."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return fact_type(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        return _union(get_args(annotation))
    if origin is Literal:
        return FactType("text", choices=tuple(map(str, get_args(annotation))))
    if origin in {tuple, list, dict}:
        return FactType("mapping" if origin is dict else "list", item=fact_type(get_args(annotation)[origin is dict]))
    return _plain(annotation)


def _plain(annotation: Any) -> FactType:  # noqa: ANN401 - annotations have no common type
    if annotation in _SCALAR_KINDS:
        return FactType(_SCALAR_KINDS[annotation])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return FactType("object", model=annotation)
    message = f"facts cannot be of type {annotation!r}"
    raise TypeError(message)


def _union(parts: tuple[Any, ...]) -> FactType:
    known = [part for part in parts if part not in {type(None), Unknown} and not isinstance(part, TypeVar)]
    if len(known) != 1:
        message = f"a fact has one type, not {known!r}"
        raise TypeError(message)
    inner = fact_type(known[0])
    optional = inner.optional or type(None) in parts
    return replace(inner, optional=optional, certain=inner.certain and Unknown not in parts)
