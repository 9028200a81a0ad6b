"""What a matcher may be given, by the type of the fact that it compares."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from docs.reference_pages.schemas.documents import Schema, one_of
from rongdun_contract.rules.matchers import MATCHERS
from rongdun_contract.rules.types import SCALARS, FactType

_TYPES = MappingProxyType({"boolean": "boolean", "integer": "integer", "number": "number", "text": "string"})
_DURATION: Final = "^[1-9][0-9]{0,4}[smhdw]$"
_MODE: Final = "^[0-7]{3,4}$"
_PARAMETER: Final[Schema] = {
    "type": "object",
    "description": "the value of a parameter of this rule",
    "properties": {"param": {"type": "string"}},
    "required": ["param"],
    "additionalProperties": False,
}


def value(fact: FactType) -> Schema:
    """One value that such a fact may have."""
    return one_of(fact.choices) if fact.choices else {"type": _TYPES[fact.kind]}


def comparison(fact: FactType) -> Schema:
    """`{matcher: argument}` for such a fact."""
    usable = {name: _argument(name, fact) for name in MATCHERS if _can_compare(name, fact)}
    schema: Schema = {"type": "object", "minProperties": 1, "properties": usable, "additionalProperties": False}
    if fact.may_be_absent:
        usable["if_absent"] = {**one_of(("pass", "fail")), "description": "what holds when the host has no such thing"}
        schema["not"] = {"required": ["if_absent"], "maxProperties": 1}
        if "not" in usable:
            schema["dependencies"] = {"not": ["if_absent"]}
    return schema


def _can_compare(name: str, fact: FactType) -> bool:
    if name == "absent":
        return fact.may_be_absent
    if name in {"superset", "subset"} or (name == "contains" and fact.item is not None):
        return fact.kind == "list" and fact.item is not None and fact.item.kind in SCALARS
    return fact.kind in MATCHERS[name].on


def _argument(name: str, fact: FactType) -> Schema:
    matcher = MATCHERS[name]
    written = ARGUMENTS[name](fact)
    schema: Schema = {"anyOf": [written, _PARAMETER]} if matcher.parameters else dict(written)
    return {**schema, "description": f"{matcher.meaning}; takes {matcher.takes}"}


def _one_of_some(fact: FactType) -> Schema:
    absent = [{"const": "absent"}] if fact.may_be_absent and (fact.choices or fact.kind != "text") else []
    options = [value(fact), *absent]
    return _list(options[0] if len(options) == 1 else {"anyOf": options})


def _part(fact: FactType) -> Schema:
    return {"type": "string", "minLength": 1} if fact.item is None else value(fact.item)


def _elements(fact: FactType) -> Schema:
    return _list({} if fact.item is None else value(fact.item))


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}


def _always(schema: Mapping[str, Any]) -> Callable[[FactType], Schema]:
    return lambda _fact: dict(schema)


ARGUMENTS: Final[Mapping[str, Callable[[FactType], Schema]]] = MappingProxyType(
    {
        "is": value,
        "not": value,
        "in": _one_of_some,
        "at_least": value,
        "at_most": value,
        "between": lambda fact: {"type": "array", "items": [value(fact), value(fact)], "minItems": 2, "maxItems": 2},
        "matches": _always({"type": "string"}),
        "contains": _part,
        "superset": _elements,
        "subset": _elements,
        "mode_at_most": _always({"type": "string", "pattern": _MODE}),
        "version_at_least": _always({"type": "string", "pattern": "[0-9]"}),
        "older_than": _always({"type": "string", "pattern": _DURATION}),
        "absent": _always({"type": "boolean"}),
    }
)
"""By matcher; `tests/test_schemas.py` compares it with the matchers that there are."""
