"""Numbers, times and sizes as the daemon's own C routines read them; `None` is what they would reject."""

import re

INT_MAX = 2**31 - 1
LONG_MAX = 2**63 - 1
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"([0-9]+)(.?)", re.DOTALL)
_SIGNED_PART = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]+)(.?)", re.DOTALL)
_INTEGER = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-9]+")
_SIZE = re.compile(r"[ \t\n\v\f\r]*([+-]?)([0-9]*)(?:\.([0-9]*))?(.?)(.*)", re.DOTALL)
_SCALE = "bkmgtpe"
_MAX_FRACTION_DIGITS = 18


def whole_number(text: str | None, lowest: int = 0, highest: int = INT_MAX) -> int | None:
    """A decimal number within bounds; leading space and a sign are accepted, anything behind it is not."""
    if text is None or _INTEGER.fullmatch(text) is None:
        return None
    value = int(text)
    return value if lowest <= value <= highest else None


def port_number(text: str) -> int | None:
    """1 to 65535; service names are not looked up (only `ssh` and the like could be meant, and hosts differ)."""
    return whole_number(text, 1, 65535)


def seconds(text: str, *, signs: bool = False, wraps: bool = False) -> int | None:
    """A time such as `90`, `2m` or `1h30m`; a last number without a unit counts seconds.

    Old releases take blanks and signs before each number (`signs`), older ones cut large values to 32 bits (`wraps`).
    """
    part = _SIGNED_PART if signs else _PART
    total = position = 0
    while position < len(text):
        found = part.match(text, position)
        unit = found and _SECONDS.get(found[2].lower() or "s")
        if found is None or unit is None or int(found[1]) < 0:
            return None
        total += int(found[1]) * unit
        if total > (LONG_MAX if wraps else INT_MAX):
            return None
        position = found.end()
    value = (total + 2**31) % 2**32 - 2**31
    return value if text and value != -1 else None


def size(text: str) -> int | None:
    """Bytes, from a number that may have a fraction and one letter of `BKMGTPE`."""
    parts = _SIZE.fullmatch(text)
    if parts is None:
        return None
    sign, whole, fraction, unit, rest = parts.groups()
    if unit and (unit.lower() not in _SCALE or rest[:1].isalnum()):
        return None
    factor = 1024 ** _SCALE.index(unit.lower()) if unit else 1
    value = int(whole or "0") * factor
    if fraction and unit:
        fraction = fraction[:_MAX_FRACTION_DIGITS]
        value += int(fraction) * factor // 10 ** len(fraction)
    value = -value if sign == "-" else value
    return value if abs(value) <= LONG_MAX else None


def colon_numbers(text: str, most: int) -> tuple[int, ...]:
    """Up to `most` numbers joined by colons, read from the front until something else comes; the rest is ignored."""
    found: list[int] = []
    position = 0
    while len(found) < most:
        number = _INTEGER.match(text, position)
        if number is None:
            break
        found.append(int(number[0]))
        position = number.end()
        if text[position : position + 1] != ":":
            break
        position += 1
    return tuple(found)


def octal(text: str) -> int | None:
    """A mode up to 0777; what follows the digits is ignored."""
    digits = re.match(r"[ \t\n\v\f\r]*([+-]?[0-7]+)", text)
    if digits is None:
        return None
    value = int(digits[1], 8)
    return value if 0 <= value <= 0o777 else None  # noqa: PLR2004 - all permissions
