"""GET /docs: the API's reference as a page that needs no script and nothing from elsewhere."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

router = APIRouter(tags=["collector"])


@router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
def get_docs(request: Request) -> str:
    """Render the OpenAPI document."""
    document = request.app.openapi()
    environment = Environment(
        loader=PackageLoader("rongdun_collector.api", "templates"), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["type"] = type_words
    return environment.get_template("docs.html").render(
        info=document["info"], groups=_groups(document), schemas=document["components"]["schemas"]
    )


def type_words(schema: dict[str, Any]) -> str:
    """A schema in one line: `string`, `array of Finding`, `integer or null`."""
    for key, words in _WORDS.items():
        if key in schema:
            return words(schema[key])
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_words(schema['additionalProperties'])}"
    return str(schema.get("format") or schema.get("type") or "any")


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "$ref": lambda reference: str(reference).rsplit("/", 1)[-1],
    "anyOf": lambda parts: " or ".join(dict.fromkeys(map(type_words, parts))),
    "enum": lambda values: " | ".join(map(str, values)),
    "const": str,
    "items": lambda item: f"array of {type_words(item)}",
}


def _groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by tag."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            found = {
                "method": method.upper(),
                "path": path,
                "summary": operation["summary"],
                "description": operation.get("description", ""),
                "parameters": operation.get("parameters", []),
                "body": _content(operation.get("requestBody", {})),
                "answer": _content(operation["responses"].get("200", {})),
            }
            groups.setdefault(operation["tags"][0], []).append(found)
    return groups


def _content(part: dict[str, Any]) -> str | None:
    for media_type, content in part.get("content", {}).items():
        words = type_words(content.get("schema", {}))
        return f"{words} ({media_type})"
    return None
