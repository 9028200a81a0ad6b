"""Two surveys of one host, held against each other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rongdun_contract.documents import Section, Survey, Unavailable


def facts_of(survey: Survey) -> dict[str, Any]:
    """Sections as a receiver has them; one that could not be read is one unknown value."""
    return {name: _plain(part) for name, part in survey.items()}


def _plain(part: Section | Unavailable) -> Any:
    return {"unknown": part.reason} if isinstance(part, Unavailable) else json.loads(json.dumps(part.facts))


def is_unknown(value: Any) -> bool:
    """Say whether it stands for a value that could not be told."""
    return isinstance(value, Mapping) and set(value) == {"unknown"}


def contradictions(whole: Any, partial: Any, path: str = "") -> Iterator[str]:
    """Name each fact that who sees less tells otherwise than who sees all; an unknown one contradicts nothing.

    Facts are left out of a survey where they are absent, so a missing one is told as absent.
    """
    if is_unknown(partial) or whole == partial or is_unknown(whole):
        return
    if isinstance(whole, dict) and isinstance(partial, dict):
        for key in sorted({*whole, *partial}):
            yield from contradictions(whole.get(key), partial.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(whole, list) and isinstance(partial, list):
        for at, item in enumerate(whole):
            if not any(not list(contradictions(item, other)) for other in partial):
                yield f"{path}[{at}]: {item} is not told"
        for at, item in enumerate(partial):
            if not is_unknown(item) and not any(not list(contradictions(other, item)) for other in whole):
                yield f"{path}[{at}]: {item} is told"
    else:
        yield f"{path}: {whole} is told as {partial}"
