"""Parameters of rules: what values they take, and which direction is stricter."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rongdun_contract.rules.matchers.matcher import ParameterType
from rongdun_contract.rules.matchers.modes import is_mode
from rongdun_contract.rules.moments import parse_duration
from rongdun_contract.rules.versions import compare, is_version

Tighten = Literal["lower", "higher", "subset", "superset", "fixed"]

_NEVER = timedelta(0)
_ORDERED = frozenset({"lower", "higher", "fixed"})
_SETS = frozenset({"subset", "superset", "fixed"})
DIRECTIONS: Mapping[ParameterType, frozenset[str]] = {
    "boolean": frozenset({"fixed"}),
    "string": frozenset({"fixed"}),
    "integer": _ORDERED,
    "number": _ORDERED,
    "duration": _ORDERED,
    "mode": _ORDERED,
    "version": _ORDERED,
    "strings": _SETS,
    "integers": _SETS,
}
"""The directions in which a parameter of a type can be tightened."""


class Declaration(BaseModel):
    """A parameter as its rule declares it.

    `by_level` replaces the default from that level of protection on; `bound` is how far tightening may go.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: ParameterType
    default: Any
    by_level: dict[Annotated[str, Field(pattern="^[234]$")], Any] = {}
    tighten: Tighten
    bound: Any = None

    def values(self) -> list[Any]:
        """Every value that the declaration itself names."""
        named = [self.default, *self.by_level.values()]
        return named if self.bound is None else [*named, self.bound]

    def allows(self, value: object) -> bool:
        """Whether a value is at least as strict as the default of every level, and not beyond the bound."""
        defaults = (self.default, *self.by_level.values())
        within = self.bound is None or at_least_as_strict(self, self.bound, value)
        return within and all(at_least_as_strict(self, value, default) for default in defaults)


def at_least_as_strict(declaration: Declaration, value: Any, other: Any) -> bool:  # noqa: ANN401 - values of the declared type
    """Whether a value is as strict as another one, in the direction that the declaration calls tighter."""
    if declaration.tighten == "fixed":
        return bool(value == other)
    if declaration.tighten == "subset":
        return frozenset(value) <= frozenset(other)
    if declaration.tighten == "superset":
        return frozenset(value) >= frozenset(other)
    low, high = (value, other) if declaration.tighten == "lower" else (other, value)
    return _not_above(declaration.type, low, high)


def _not_above(kind: ParameterType, low: Any, high: Any) -> bool:  # noqa: ANN401 - values of the declared type
    if kind == "mode":
        return int(low, 8) & ~int(high, 8) == 0
    if kind == "duration":
        return (parse_duration(low) or _NEVER) <= (parse_duration(high) or _NEVER)
    if kind == "version":
        return compare(low, high) <= 0
    return bool(low <= high)


def has_type(value: object, kind: ParameterType) -> bool:
    """Whether a value is one of the declared type."""
    if kind in {"strings", "integers"}:
        wanted = "string" if kind == "strings" else "integer"
        return isinstance(value, list) and bool(value) and all(_is_single(item, wanted) for item in value)
    return _is_single(value, kind)


def from_text(text: str, kind: ParameterType) -> Any:  # noqa: ANN401 - a value of the declared type
    """The value that a command line's text stands for, lists with commas; the text itself if it fits nothing."""
    if kind in {"strings", "integers"}:
        return [from_text(part, "string" if kind == "strings" else "integer") for part in text.split(",")]
    if kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    if kind in {"integer", "number"} and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if kind == "number" and re.fullmatch(r"-?\d{1,18}\.\d{1,17}", text):
        return float(text)
    return text


def _is_single(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, (int, float)):
        return kind == "number" or (kind == "integer" and isinstance(value, int))
    return isinstance(value, str) and kind in _TEXTS and _TEXTS[kind](value)


_TEXTS: Mapping[str, Callable[[str], bool]] = {
    "string": lambda _text: True,
    "duration": lambda text: parse_duration(text) is not None,
    "mode": is_mode,
    "version": is_version,
}
