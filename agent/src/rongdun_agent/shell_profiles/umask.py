"""The argument of umask(1): octal, or symbolic as in `u=rwx,g=rx,o=`."""

import re

_OCTAL = re.compile(r"[0-7]{1,4}")
_CLAUSE = re.compile(r"([ugoa]*)([-+=])([rwxXstugo]*)")
_SHIFTS = {"u": 6, "g": 3, "o": 0}
_ALL = 0o777
_BITS = {"r": 4, "w": 2, "x": 1}


def new_umask(argument: str, before: str | None) -> str | None:
    """Four octal digits; none when the argument is wrong, or builds on an umask that is not known."""
    if _OCTAL.fullmatch(argument):
        return f"{int(argument, 8) & _ALL:04o}"
    allowed = None if before is None else _ALL & ~int(before, 8)
    for clause in argument.split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None or set(match[3]) - set(_BITS):
            return None
        allowed = _apply(match[1], match[2], match[3], allowed)
    return None if allowed is None else f"{_ALL & ~allowed:04o}"


def _apply(who: str, sign: str, rights: str, allowed: int | None) -> int | None:
    whom = "ugo" if not who or "a" in who else who
    bits = sum(_BITS[right] for right in set(rights))
    given = sum(bits << _SHIFTS[one] for one in set(whom))
    reach = sum(0o7 << _SHIFTS[one] for one in set(whom))
    if allowed is None:
        return given if sign == "=" and reach == _ALL else None
    if sign == "+":
        return allowed | given
    return allowed & ~given if sign == "-" else (allowed & ~reach) | given
