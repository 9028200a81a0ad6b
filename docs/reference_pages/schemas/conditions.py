"""Conditions: comparisons of every path there is, `all any not`, and quantifiers with their elements' own paths."""

from typing import Final

from docs.reference_pages.schemas.arguments import comparison
from docs.reference_pages.schemas.documents import Schema, one_of
from docs.reference_pages.schemas.places import Place, places, slug
from rongdun_contract.facts import SECTIONS
from rongdun_contract.rules.parsing.quantifiers import QUANTIFIERS
from rongdun_contract.rules.scope import Scope, element_scope, host_scope
from rongdun_contract.rules.types import COLLECTIONS, SCALARS, FactType

_HOST: Final = "host"
Lists = dict[str, list[Place]]
"""The lists that may be run over, by what their elements are called."""


def with_conditions(rule: Schema) -> Schema:
    """The schema of a rule, `applies` and `expect` spelt out."""
    conditions = _Conditions()
    top = conditions.condition(_HOST, host_scope(SECTIONS))
    for key, words in (("applies", "where the rule applies at all"), ("expect", "what must hold")):
        rule["properties"][key] = {"allOf": [top], "description": words}
    rule["definitions"] |= conditions.definitions
    return rule


class _Conditions:
    """Collects a definition for each place that conditions may stand at, and for each type that is compared."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}

    def condition(self, name: str, scope: Scope) -> Schema:
        """A reference to the conditions of a scope."""
        key = f"condition-{name}"
        if key not in self.definitions:
            self.definitions[key] = {}  # it may lead to itself
            self.definitions[key] = self._forms(_reference(key), name, scope)
        return _reference(key)

    def _forms(self, here: Schema, name: str, scope: Scope) -> Schema:
        found = places(scope)
        lists = _lists(found)
        self._define_lists(name, lists)
        forms = {word: self._quantified(word, name, lists) for word in reversed(QUANTIFIERS) if lists}
        parts = {"type": "array", "items": here, "minItems": 1}
        forms |= {word: _form({word: parts}, required=[word]) for word in ("any", "all")}
        said = {**one_of(("pass", "fail")), "description": "what then holds for a fact that is absent"}
        forms["not"] = _form({"not": here, "if_absent": said}, required=["not"])
        schema = self._comparisons(found)
        for word, form in forms.items():
            schema = {"if": {"required": [word]}, "then": form, "else": schema}
        return {"type": "object", "minProperties": 1, **schema}

    def _comparisons(self, found: tuple[Place, ...]) -> Schema:
        compared = [(place, self._compared(place.type)) for place in found]
        return {
            "properties": {place.text: way for place, way in compared if way and not place.is_pattern},
            "patternProperties": {place.text: way for place, way in compared if way and place.is_pattern},
            "additionalProperties": False,
        }

    def _compared(self, fact: FactType) -> Schema | None:
        made = comparison(fact)
        if not made["properties"].keys() - {"if_absent"}:
            return None
        key = f"compare-{slug(fact.words())}{'-or-absent' if fact.may_be_absent else ''}"
        if self.definitions.setdefault(key, made) != made:
            message = f"two types of facts are called {key}"
            raise TypeError(message)
        return _reference(key)

    def _quantified(self, word: str, name: str, lists: Lists) -> Schema:
        """Where a list is run over, `where` and `that` speak of its elements."""
        known = [_reference(f"lists-of-{element}-in-{name}") for element in lists]
        properties = {
            word: {"anyOf": known},
            "where": {"description": "which elements count"},
            "that": {"description": "what they have to satisfy"},
            "empty": {**one_of(("pass", "fail", "not_applicable")), "description": "the answer when none counts"},
            "key": {**_LABELS, "description": "what an element is called in the finding"},
        }
        inside = [
            {
                "if": {"properties": {word: over}, "required": [word]},
                "then": {"properties": {"where": element, "that": element}},
            }
            for over, element in zip(known, map(self._element, lists.values()), strict=True)
        ]
        required = [word, "empty", "that"] if word == "every" else [word, "empty"]
        return {**_form(properties, required=required), "allOf": inside}

    def _element(self, lists: list[Place]) -> Schema:
        fact = lists[0].type
        return self.condition(_element_name(fact), element_scope(fact))

    def _define_lists(self, name: str, lists: Lists) -> None:
        for element, found in lists.items():
            paths = _paths(found)
            self.definitions[f"lists-of-{element}-in-{name}"] = (
                {"anyOf": [paths, _new(paths)]} if name == _HOST else paths
            )


def _lists(found: tuple[Place, ...]) -> Lists:
    lists: Lists = {}
    for place in found:
        if place.type.kind in COLLECTIONS:
            lists.setdefault(_element_name(place.type), []).append(place)
    return lists


_LABELS: Final[Schema] = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}


def _new(paths: Schema) -> Schema:
    inner = {
        "type": "object",
        "description": "the elements that were not there in the reference",
        **_form({"of": paths, "key": _LABELS}, required=["of", "key"]),
    }
    return {"type": "object", **_form({"new": inner}, required=["new"])}


def _form(properties: Schema, *, required: list[str]) -> Schema:
    return {"properties": properties, "required": required, "additionalProperties": False}


def _paths(found: list[Place]) -> Schema:
    plain = [place.text for place in found if not place.is_pattern]
    patterns = [{"type": "string", "pattern": place.text} for place in found if place.is_pattern]
    return {"anyOf": [*([{"enum": plain}] if plain else []), *patterns]}


def _element_name(collection: FactType) -> str:
    element = collection.item
    if element is None:
        message = f"{collection.words()} has no elements"
        raise TypeError(message)
    model = element.model
    name = slug(element.words()) if model is None else f"{model.__module__.rpartition('.')[2]}-{model.__name__}"
    if element.kind in SCALARS and element.optional:
        name += "-or-absent"
    return f"{name}-by-key" if collection.kind == "mapping" else name


def _reference(key: str) -> Schema:
    return {"$ref": f"#/definitions/{key}"}
