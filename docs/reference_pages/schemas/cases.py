"""Cases: files, the facts of every section, and the verdict that has to come out."""

from docs.reference_pages.schemas.arguments import value
from docs.reference_pages.schemas.documents import Schema, one_of, schema_of
from rongdun_contract.facts import SECTIONS
from rongdun_contract.reasons import REASONS
from rongdun_contract.rules.cases import CaseDocument
from rongdun_contract.rules.types import FactType

_UNKNOWN: Schema = {
    "type": "object",
    "description": "it could not be told",
    "properties": {"unknown": one_of(tuple(REASONS))},
    "required": ["unknown"],
    "additionalProperties": False,
}
_UNAVAILABLE: Schema = {
    "type": "object",
    "description": "the section could not be read",
    "properties": {"unavailable": one_of(tuple(REASONS))},
    "required": ["unavailable"],
    "additionalProperties": False,
}


def cases_schema() -> Schema:
    """The schema of `<id>.cases.yaml`."""
    made = schema_of(CaseDocument, "The cases of a rule")
    case = {key: part for key, part in made.items() if key not in {"$schema", "title", "definitions"}}
    definitions: dict[str, Schema] = made["definitions"]
    content = {"type": "string", "description": "a file with this content"}
    _also(case["properties"]["files"], "additionalProperties", content)
    _also(case["properties"], "expect", definitions["Expectation"]["properties"]["verdict"])
    sections = {name: _section(FactType("object", model=spec.model), definitions) for name, spec in SECTIONS.items()}
    facts = {"type": "object", "properties": sections, "additionalProperties": False}
    case["properties"] |= {"facts": facts, "reference": {**facts, "description": "the earlier survey"}}
    return {
        "$schema": made["$schema"],
        "title": made["title"],
        "type": "array",
        "items": {"$ref": "#/definitions/Case"},
        "definitions": {**definitions, "Case": case},
    }


def _also(holder: Schema, key: str, way: Schema) -> None:
    """Another way to write what stands there; the long one may be under a pattern of keys."""
    if key == "additionalProperties":
        patterns = holder["patternProperties"]
        patterns |= {pattern: {"anyOf": [way, part]} for pattern, part in patterns.items()}
    else:
        holder[key] = {"anyOf": [way, holder[key]]}


def _section(fact: FactType, definitions: dict[str, Schema]) -> Schema:
    return {"anyOf": [_facts(fact, definitions), _UNAVAILABLE]}


def _facts(fact: FactType, definitions: dict[str, Schema]) -> Schema:
    """What a case may say of such a fact; any field may be left out."""
    known = _known(fact, definitions)
    return known if fact.certain else {"anyOf": [known, _UNKNOWN]}


def _known(fact: FactType, definitions: dict[str, Schema]) -> Schema:
    if fact.model is not None:
        name = f"facts-{fact.model.__module__.rpartition('.')[2]}-{fact.model.__name__}"
        if name not in definitions:
            definitions[name] = {}
            fields = {key: _facts(field, definitions) for key, field in fact.fields().items()}
            definitions[name] = {"type": "object", "properties": fields, "additionalProperties": False}
        return {"$ref": f"#/definitions/{name}"}
    if fact.item is None:
        return value(fact)
    items = _facts(fact.item, definitions)
    if fact.kind == "list":
        return {"type": "array", "items": items}
    return {"type": "object", "additionalProperties": items}
