"""Numbers as schemes write them: exact, or refused with what to write instead."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

MOST = 10**9
"""No amount is larger, whichever its sign."""
LONGEST_S = 366 * 86400

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,9})(?:\.[0-9]{1,12})?")
_DURATION = re.compile(r"(0|[1-9][0-9]{0,8})(s|m|h|d)")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def decimal_text(value: Fraction) -> str:
    """The shortest decimal that is exactly this; `p/q` where there is none."""
    digits, rest = 0, value.denominator
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        digits = max(digits, count)
    if rest > 1:
        return f"{value.numerator}/{value.denominator}"
    whole = abs(value.numerator) * 10**digits // value.denominator
    text = str(whole).rjust(digits + 1, "0")
    return ("-" if value < 0 else "") + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def _exact(value: Any) -> Fraction:  # noqa: ANN401 - whatever a document holds
    """A whole number, or a decimal in quotes; a number with a point that YAML read is a float already, and refused."""
    if isinstance(value, float):
        raise _refusal("binary floats cannot hold most decimals exactly", f'put it in quotes: "{value}"')
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _refusal("is no number", 'write a whole number, or a decimal in quotes: "0.4"')
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        raise _refusal("is no decimal", 'write digits, and a point where one is needed: "0.4"')
    number = Fraction(value)
    if abs(number) > MOST:
        raise _refusal(f"is beyond {MOST}", "write a smaller number")
    return number


def _seconds(value: Any) -> int:  # noqa: ANN401 - whatever a document holds
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        remedy = f"write {value}s" if type(value) is int else "write a number and s, m, h or d: 60s, 30m, 4h, 1d"
        raise _refusal("is no duration", remedy)
    seconds = int(found[1]) * _UNIT_S[found[2]]
    if seconds > LONGEST_S:
        raise _refusal("is longer than a year", "write a shorter duration")
    return seconds


def _refusal(what: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("scheme_number", "{what}", {"what": what, "remedy": remedy})


def _bounded(fits: Callable[[Fraction], bool], what: str, remedy: str) -> Callable[[Fraction], Fraction]:
    def check(number: Fraction) -> Fraction:
        if not fits(number):
            raise _refusal(what, remedy)
        return number

    return check


def _for_editors(bound: str, sign: str) -> WithJsonSchema:
    """A whole number, or a decimal in quotes, as a JSON Schema says it."""
    text = {"type": "string", "pattern": f"^{sign}{_DECIMAL.pattern.removeprefix('-?')}$"}
    return WithJsonSchema({"anyOf": [{"type": "integer", bound: 0}, text]})


Exact = Annotated[Fraction, PlainValidator(_exact)]
Gain = Annotated[
    Exact,
    AfterValidator(_bounded(lambda number: number >= 0, "is below zero", "write 0 or more")),
    _for_editors("minimum", ""),
]
"""What is earned, or a factor of it."""
Loss = Annotated[
    Exact,
    AfterValidator(_bounded(lambda number: number <= 0, "is above zero", "a deduction begins with a minus")),
    _for_editors("maximum", "-?"),
]
"""What is taken away."""
Seconds = Annotated[
    int, PlainValidator(_seconds), WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$"})
]
