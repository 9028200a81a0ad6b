"""JSON Schemas of the files that people write, for editors; made from the models and tables that the loaders use.

Draft 7, which every editor knows. They say what a schema can say: shapes, words, and the path of every fact. What
depends on two places at once (a parameter that nobody uses, a pattern that is too slow) is for `pack lint`.
"""

import json
from collections.abc import Mapping

from docs.reference_pages.schemas.cases import cases_schema
from docs.reference_pages.schemas.conditions import with_conditions
from docs.reference_pages.schemas.documents import Schema, schema_of
from rongdun_collector.drill.scoring.scheme import SchemeDocument
from rongdun_contract.controls import FrameworkDocument
from rongdun_contract.facts import SECTIONS
from rongdun_contract.host_checks import CatalogueDocument
from rongdun_contract.rules.document import PackDocument, RuleDocument
from rongdun_contract.rules.overlay_file import OverlayDocument


def schemas() -> Mapping[str, str]:
    """The schemas by file name, below docs/reference."""
    made = {
        "cases": cases_schema(),
        "framework": schema_of(FrameworkDocument, "A framework of controls: clauses, and the rules that judge them"),
        "host-checks": schema_of(CatalogueDocument, "The catalogue of checks on a host"),
        "overlay": _overlay_schema(),
        "pack": _pack_schema(),
        "rule": with_conditions(schema_of(RuleDocument, "A rule: what the facts of a host must look like, and why")),
        "scheme": schema_of(SchemeDocument, "A scheme: what the signals of a drill are worth"),
    }
    return {f"schemas/{name}.json": _text(schema) for name, schema in made.items()}


def _pack_schema() -> Schema:
    schema = schema_of(PackDocument, "pack.yaml: which rules these are, and what they read")
    schema["properties"]["needs"] = {
        "type": "object",
        "description": "each section that a rule reads, with the number of its shape",
        "properties": {name: {"const": spec.schema} for name, spec in SECTIONS.items()},
        "additionalProperties": False,
    }
    return schema


def _overlay_schema() -> Schema:
    """A bare value may stand for a mapping with it."""
    schema = schema_of(OverlayDocument, "An organisation's overlay: parameters tightened, or waived for a while")
    adjusted = schema["properties"]["rules"]["additionalProperties"]
    bare = {"type": ["boolean", "integer", "number", "string", "array"]}
    adjusted["additionalProperties"] = {"anyOf": [bare, adjusted["additionalProperties"]]}
    return schema


def _text(schema: Schema) -> str:
    """One definition a line: small enough for editors, and a change can be read."""
    parts = {key: _line(part) for key, part in schema.items()}
    if definitions := schema.get("definitions"):
        lines = ",\n".join(f"{_line(name)}: {_line(part)}" for name, part in sorted(definitions.items()))
        parts["definitions"] = f"{{\n{lines}\n}}"
    return "{\n" + ",\n".join(f"{_line(key)}: {part}" for key, part in parts.items()) + "\n}\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
