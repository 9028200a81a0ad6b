"""A section's facts as rows: path, value, and where it came from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SAID_WHOLE = 120
"""A value that is no longer as JSON is one row, whatever is in it."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact. `unknown` is the reason where it could not be told; `overrides` are places that said otherwise."""

    path: str
    value: str
    unknown: str | None
    where: str | None
    overrides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that is another than it was; None where there was or is none."""

    path: str
    before: str | None
    after: str | None


def fact_rows(facts: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]]) -> Iterator[FactRow]:
    """All facts of a section in their order."""
    for steps, value in _walk(facts, ()):
        source = _source(sources, steps)
        unknown = value.get("unknown") if _is_unknown(value) else None
        yield FactRow(
            _path(steps),
            "" if unknown is not None else said_at(steps, value),
            unknown,
            source.get("where"),
            tuple(source.get("overrides", ())),
        )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What is different between two states of a section; elements of lists are told apart by what they are called."""
    return list(_compare(before, after, ()))


def said(value: object) -> str:
    """A value as it is shown: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def said_at(steps: Sequence[str], value: object) -> str:
    """The same, with the permission bits of a file in octal as people write them."""
    if isinstance(value, int) and not isinstance(value, bool) and steps and steps[-1].endswith("mode"):
        return f"{value:04o}"
    return said(value)


_NAMES = ("name", "key", "id", "path", "unit", "target", "device", "user", "mac")


def _walk(value: object, steps: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    children = list(_children(value))
    if not children or _is_unknown(value) or (steps and _is_short(value)):
        yield steps, value
        return
    for step, child in children:
        yield from _walk(child, (*steps, step))


def _compare(before: object, after: object, steps: tuple[str, ...]) -> Iterator[Difference]:
    if before == after:
        return
    old, new = dict(_children(before, named=True)), dict(_children(after, named=True))
    if not old or not new or _is_unknown(before) or _is_unknown(after):
        yield Difference(_path(steps), said_at(steps, before), said_at(steps, after))
        return
    for step in dict.fromkeys((*new, *old)):
        here = (*steps, step)
        if step in old and step in new:
            yield from _compare(old[step], new[step], here)
        elif step in new:
            yield Difference(_path(here), None, said_at(here, new[step]))
        else:
            yield Difference(_path(here), said_at(here, old[step]), None)


def _children(value: object, *, named: bool = False) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, child in value.items():
            yield (f".{name}" if name.isidentifier() else f"[{json.dumps(name, ensure_ascii=False)}]"), child
    elif isinstance(value, Sequence) and not isinstance(value, str):
        taken: set[str] = set()
        for at, child in enumerate(value):
            name = _name(child) if named else None
            step = f"[{at}]" if name is None or name in taken else f"[{name}]"
            taken.add(name or "")
            yield step, child


def _name(element: object) -> str | None:
    if isinstance(element, Mapping):
        return next((f"{key}={element[key]}" for key in _NAMES if isinstance(element.get(key), (str, int))), None)
    return said(element) if isinstance(element, (str, int)) else None


def _is_unknown(value: object) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"unknown"}


def _is_short(value: object) -> bool:
    """Whether a list of plain values fits on a line; mappings are always taken apart: their parts have sources."""
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and not any(isinstance(one, (Mapping, list)) for one in value)
        and len(said(value)) <= _SAID_WHOLE
    )


def _path(steps: tuple[str, ...]) -> str:
    return "".join(steps).removeprefix(".")


def _source(sources: Mapping[str, Mapping[str, Any]], steps: tuple[str, ...]) -> Mapping[str, Any]:
    """Its own source, or that of the nearest thing around it that has one."""
    around = (sources.get(_path(steps[:end])) for end in range(len(steps), -1, -1))
    return next((source for source in around if source is not None), {})
