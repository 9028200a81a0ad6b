"""Checking a document against a pydantic model, with errors that an author understands."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rongdun_contract.rules.problems import Mistake, PackError, Report, nearest
from rongdun_contract.rules.source.nodes import Entries, Node, line_of, plain
from rongdun_contract.rules.source.read import read_yaml

M = TypeVar("M", bound=BaseModel)

_REMEDIES = {
    "string_type": 'write text, in quotes where it looks like a number: "…"',
    "int_type": "write a whole number without quotes",
    "bool_type": "write true or false",
    "string_too_short": "write something, or leave the key out",
    "string_pattern_mismatch": "see docs/reference for the form it has",
    "model_type": "write a mapping: {key: value, …}",
    "dict_type": "write a mapping: {key: value, …}",
    "tuple_type": "write a list: [a, b]",
}


_LOOK_UP = "see docs/reference for what may stand here"


def validated(model: type[M], node: Node, report: Report, *, under: str = "") -> M | None:
    """The document as a model, or None with its mistakes in the report; `under` is put before each field's name."""
    if not isinstance(node, Entries):
        report.add(node.line, under, "is not a mapping", "write `key: value` lines")
        return None
    try:
        return model.model_validate(plain(node))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _report(model, node, detail, report, under)
        return None


def read_document(path: Path, model: type[M], mistakes: Callable[[M], Iterable[Mistake]]) -> M:
    """A YAML file as a model, then checked as a whole; raises PackError with everything that is wrong with it."""
    report = Report(str(path))
    node = read_yaml(path, report)
    document = None if node is None else validated(model, node, report)
    if document is not None and node is not None:
        for place, what, remedy in mistakes(document):
            report.add(line_of(node, place), ".".join(map(str, place)), what, remedy)
    if report.problems or document is None:
        raise PackError(report.problems)
    return document


def _report(model: type[BaseModel], node: Node, detail: ErrorDetails, report: Report, under: str) -> None:
    path = detail["loc"]
    field = ".".join(str(step) for step in ((under, *path) if under else path))
    known = _known_keys(model, path[:-1])
    kind = detail["type"]
    if kind == "missing":
        what, remedy = "is missing", f"add the key `{path[-1]}`"
    elif kind == "extra_forbidden":
        what, remedy = f"unknown key `{path[-1]}`", nearest(str(path[-1]), known)
    elif kind == "literal_error":
        what, remedy = f"{_shown(detail['input'])} is not possible here", _nearest_choice(detail)
    else:
        what = f"{_shown(detail['input'])}: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
        remedy = detail.get("ctx", {}).get("remedy") or _REMEDIES.get(kind, _LOOK_UP)
    report.add(line_of(node, path), field, what, remedy)


def _nearest_choice(detail: ErrorDetails) -> str:
    expected = str(detail.get("ctx", {}).get("expected", ""))
    choices = [word.strip(" '") for word in expected.replace(" or ", ",").split(",")]
    return nearest(str(detail["input"]), choices)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004 - a line's worth


def _known_keys(model: type[BaseModel], path: tuple[int | str, ...]) -> Iterator[str]:
    """The keys that the model has at a path inside it."""
    found: type[BaseModel] | None = model
    annotation: Any = model
    for step in path:
        if found is not None and step in found.model_fields:
            annotation = found.model_fields[str(step)].annotation
            found = None if _is_collection(annotation) else _model_in(annotation)
        else:
            found = _model_in(annotation)
    fields = {} if found is None else found.model_fields
    return (info.alias or name for name, info in fields.items())


def _is_collection(annotation: Any) -> bool:  # noqa: ANN401 - annotations have no common type
    return getattr(annotation, "__origin__", None) in {dict, tuple, list}


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - annotations have no common type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part)) is not None), None)
