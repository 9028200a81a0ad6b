"""Paths into facts: `section.field["key"].field`."""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

KEY, VALUE, LEVEL = "@key", "@value", "@level"

_STEP = re.compile(r'(?P<dot>\.)?(?P<name>@?[A-Za-z_][A-Za-z0-9_]*)|\[(?P<key>"(?:[^"\\]|\\.)*")\]')


class Step(NamedTuple):
    """One step down: a field of an object, or a key of a mapping (which is written in brackets)."""

    name: str
    is_key: bool = False


Path = tuple[Step, ...]
Encoded = list[str | list[str]]
"""A path in compiled form: a field is text, a key is a list of one text."""


class BadPath(ValueError):
    """A text that is no path; says what is wrong and what to write."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


def parse_path(text: str) -> Path:
    """The steps of a path as a rule writes it; raises BadPath."""
    steps: list[Step] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (found["name"] and bool(found["dot"]) != bool(steps)):
            raise BadPath(f"`{text}` is no path, from `{text[at:]}` on", _remedy(text[at:]))
        steps.append(Step(found["name"]) if found["name"] else Step(_unquoted(text, found["key"]), is_key=True))
        at = found.end()
    if not steps:
        raise BadPath("the path is empty", "write section.field")
    return tuple(steps)


def format_path(path: Sequence[Step]) -> str:
    """The text of a path, as parse_path reads it and as the sources of a section are keyed."""
    text = "".join(f"[{json.dumps(name, ensure_ascii=False)}]" if is_key else f".{name}" for name, is_key in path)
    return text.removeprefix(".")


def encode_path(path: Path) -> Encoded:
    """The compiled form of a path."""
    return [[step.name] if step.is_key else step.name for step in path]


def decode_path(encoded: Encoded) -> Path:
    """The path that a compiled form stands for."""
    return tuple(Step(step) if isinstance(step, str) else Step(step[0], is_key=True) for step in encoded)


def _unquoted(text: str, quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        raise BadPath(f"`{text}` has a key that is not written as in JSON", 'escape only \\" and \\\\') from None


def _remedy(rest: str) -> str:
    if re.match(r"\.?\[\d+\]|\.\d", rest):
        return "elements of lists have no path: use every, some or none"
    if rest.startswith("["):
        return 'write keys of mappings as ["key"]'
    if "-" in rest or "/" in rest:
        return 'put keys of mappings in brackets and quotes: parameters["net.ipv4.ip_forward"].running'
    return 'write section.field, or section.field["key"].field'
