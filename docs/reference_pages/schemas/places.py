"""Every path that may be named at one place of a rule, with the type of what stands there."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from rongdun_contract.rules.paths import VALUE
from rongdun_contract.rules.scope import Scope
from rongdun_contract.rules.types import FactType

_KEY = r'\["(?:[^"\\]|\\.)+"\]'


class Place(NamedTuple):
    """A path or, where keys of mappings are in it, a pattern of paths."""

    text: str
    is_pattern: bool
    type: FactType


def places(scope: Scope) -> tuple[Place, ...]:
    """All paths from the names of a scope down to where lists begin."""
    return tuple(place for name, fact in _names(scope).items() for place in _below(name, "", fact))


def _names(scope: Scope) -> Mapping[str, FactType]:
    """An element that is an object has fields; nobody needs to go by way of `@value`."""
    return {name: fact for name, fact in scope.names.items() if name != VALUE or fact.kind != "object"}


def _below(text: str, pattern: str, fact: FactType) -> Iterator[Place]:
    """`pattern` is empty as long as no key was passed."""
    yield Place(f"^{pattern}$" if pattern else text, bool(pattern), fact)
    if fact.kind == "object":
        for name, field in fact.fields().items():
            below = replace(field, optional=field.optional or fact.optional)
            yield from _below(f"{text}.{name}", pattern and rf"{pattern}\.{name}", below)
    elif fact.kind == "mapping" and fact.item is not None:
        yield from _below("", (pattern or re.escape(text)) + _KEY, replace(fact.item, optional=True))


def slug(text: str) -> str:
    """A name that can stand in a reference."""
    return re.sub(r"[^A-Za-z0-9]+", "-", json.dumps(text, ensure_ascii=True)).strip("-")
