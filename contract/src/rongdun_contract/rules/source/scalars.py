"""What an unquoted word means; everything on which YAML 1.1, YAML 1.2 and people disagree is refused."""

import re
from typing import NamedTuple

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")

_TRAPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)y|n|yes|no|on|off"), "YAML reads a bare `{text}` as true or false"),
    (re.compile(r"(?i)true|false"), "YAML reads a bare `{text}` as true or false"),
    (re.compile(r"(?i)~|null"), "YAML reads a bare `{text}` as nothing"),
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}.*"), "YAML reads an unquoted date as something else than text"),
    (re.compile(r"[-+]?0[0-9_]+"), "YAML reads a bare `{text}` as an octal number"),
    (re.compile(r"[-+]?0[xob][0-9a-fA-F_]+"), "YAML reads a bare `{text}` as a number in another base"),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"), "YAML reads a bare `{text}` in base 60"),
    (re.compile(r"[-+]?(?=\.?[0-9])[0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9]+)?"), "`{text}` is no plainly written number"),
    (re.compile(r"(?i)[-+]?\.(?:inf|nan)"), "`{text}` is no number"),
    (re.compile(r"=|<<"), "`{text}` has a meaning of its own in YAML"),
)


class Read(NamedTuple):
    """The value of a bare word; `trap` says why the word is refused, its text then stands in as the value."""

    value: str | int | float | bool
    trap: str | None = None


def read_bare(text: str) -> Read:
    """Read an unquoted scalar: `true`, `false`, whole numbers, decimals; anything else is text, unless it is a trap."""
    if text in {"true", "false"}:
        return Read(text == "true")
    if _INTEGER.fullmatch(text):
        return Read(int(text))
    if _DECIMAL.fullmatch(text):
        return Read(float(text))
    if not text:
        return Read(text, "there is no value")
    for pattern, complaint in _TRAPS:
        if pattern.fullmatch(text):
            return Read(text, complaint.format(text=text))
    return Read(text)


def remedy_for(text: str) -> str:
    """What to write instead of a bare word that is a trap."""
    if not text:
        return "write a value, or leave the key out; if it is the rest of a text, quote that text for its comma"
    if text.lower() in {"true", "false"}:
        return f"write {text.lower()}, or quote the word"
    if text == "~" or text.lower() == "null":
        return "leave the key out; for a fact that is not there write `absent: true`"
    if text == "<<":
        return "write the keys out: merge keys are not supported"
    return f'quote it: "{text}"'
