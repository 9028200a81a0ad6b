"""The schema of a document's model, as its author sees it."""

import inspect
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from rongdun_contract.rules.reference import field_notes

Schema = dict[str, Any]
DRAFT = "http://json-schema.org/draft-07/schema#"
_PLACE = "#/definitions/{model}"


def schema_of(model: type[BaseModel], title: str) -> Schema:
    """The schema of one file."""
    made = model.model_json_schema(by_alias=True, ref_template=_PLACE)
    definitions = {name: _plain(part) for name, part in made.pop("$defs", {}).items()}
    for part in _models(model):
        _describe(part, definitions.get(part.__name__, made))
    return {"$schema": DRAFT, **_plain(made), "title": title, "definitions": definitions}


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    """A model and those that it is made of."""
    found, waiting = [model], [model]
    while waiting:
        for field in waiting.pop().model_fields.values():
            fresh = [part for part in _models_in(field.annotation) if part not in found]
            found += fresh
            waiting += fresh
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - annotations have no common type
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]


def _describe(model: type[BaseModel], schema: Schema) -> None:
    """What stands under the fields of a model is shown to the author, too."""
    for name, note in field_notes(model).items():
        key = model.model_fields[name].alias or name
        schema["properties"][key]["description"] = " ".join(note.split())


def _plain(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Without what nobody may write (null) and what says nothing (titles made of names); strict about odd keys."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _kept(key, part) for key, part in schema.items() if key != "title" and not _is_null(key, part)}
    if "prefixItems" in found:  # as draft 7 calls it
        found["items"], found["additionalItems"] = found.pop("prefixItems"), False
    if "patternProperties" in found:
        found["additionalProperties"] = False
    options = found.get("anyOf", [])
    if len(options) == 1:
        found |= options[0]
        del found["anyOf"]
    return found


def _kept(key: str, part: Any) -> Any:  # noqa: ANN401 - JSON
    if key in {"properties", "patternProperties"}:
        return {name: _plain(inner) for name, inner in part.items()}
    if key == "anyOf":
        return [_plain(option) for option in part if option != {"type": "null"}]
    if key == "description":
        return " ".join(str(part).split())
    return _plain(part)


def _is_null(key: str, part: object) -> bool:
    return key == "default" and part is None


def one_of(words: Mapping[str, Any] | tuple[str, ...]) -> Schema:
    """One of some words."""
    return {"enum": list(words)}
