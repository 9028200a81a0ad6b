"""The OpenAPI document: FastAPI's own, and the bare routes from the models of the wire."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from rongdun_contract.wire import Answer, CheckIn, Enrolled, Enrolment, Problem, Stored, Volatile

_TEMPLATE = "#/components/schemas/{model}"
_CREDENTIAL = {"hostCredential": {"type": "http", "scheme": "bearer", "description": "HOST.SECRET, from enrolment"}}
_BARE: dict[str, tuple[type[BaseModel] | None, type[BaseModel], str, str]] = {
    "/v1/enroll": (
        Enrolment,
        Enrolled,
        "Exchange an enrolment token for a credential",
        "Repeating it with the same nonce is harmless: the same host, a fresh credential.",
    ),
    "/v1/checkin": (
        CheckIn,
        Answer,
        "Report a state of the host",
        "Answered when it is durable; the usual request of an unchanged host.",
    ),
    "/v1/documents": (
        None,
        Stored,
        "Deliver documents that an answer called missing",
        "One line per document: its SHA-256, a space, its canonical JSON. Content-Encoding: deflate.",
    ),
    "/v1/volatile": (
        Volatile,
        Stored,
        "Deliver sections that change by themselves",
        "The latest of each section is kept. Content-Encoding: deflate.",
    ),
}


def openapi(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once and kept by the application."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        _, defined = models_json_schema(
            [(model, "validation") for model in (Enrolment, CheckIn, Volatile)]
            + [(model, "serialization") for model in (Enrolled, Answer, Stored, Problem)],
            ref_template=_TEMPLATE,
        )
        components = document.setdefault("components", {})
        components.setdefault("schemas", {}).update(defined["$defs"])
        components.setdefault("securitySchemes", {}).update(_CREDENTIAL)
        document["paths"] = {path: {"post": _operation(path)} for path in _BARE} | document["paths"]
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
                operation["responses"]["default"] = _refusal()
        app.openapi_schema = document
    return app.openapi_schema


def _operation(path: str) -> dict[str, Any]:
    sent, answered, summary, description = _BARE[path]
    body = {"application/json": {"schema": _reference(sent)}} if sent else {"application/octet-stream": {"schema": {}}}
    return {
        "tags": ["hosts' own"],
        "summary": summary,
        "description": description,
        "operationId": path.rsplit("/", 1)[-1],
        "security": [] if path == "/v1/enroll" else [{"hostCredential": []}],
        "requestBody": {"required": True, "content": body},
        "responses": {
            "200": {"description": "Durable", "content": {"application/json": {"schema": _reference(answered)}}}
        },
    }


def _refusal() -> dict[str, Any]:
    return {
        "description": "A refusal in words (RFC 9457)",
        "content": {"application/problem+json": {"schema": _reference(Problem)}},
    }


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _TEMPLATE.format(model=model.__name__)}
