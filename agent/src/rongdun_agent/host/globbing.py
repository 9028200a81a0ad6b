"""glob(3) as the programs that we speak for use it: C locale, no braces, a leading dot only by a leading dot."""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

_MAGIC = re.compile(r"[*?\[\\]")
_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "alnum": "0-9A-Za-z",
        "alpha": "A-Za-z",
        "blank": " \\t",
        "digit": "0-9",
        "lower": "a-z",
        "punct": "!-/:-@\\[-`{-~",
        "space": "\\s",
        "upper": "A-Z",
        "xdigit": "0-9A-Fa-f",
    }
)
_NAMED_CLASS = re.compile(r"\[:([a-z]+):\]")


def expand(pattern: str, names: Callable[[str], Iterable[str]], exists: Callable[[str], bool]) -> list[str]:
    """Paths that match an absolute pattern, in no order; `names` lists a directory, `exists` looks at a path itself."""
    found = [""]
    literal = False
    for part in filter(None, pattern.split("/")):
        literal = not _MAGIC.search(part)
        if literal:
            found = [f"{top}/{part}" for top in found]
        else:
            matches = component_matcher(part)
            found = [f"{top}/{name}" for top in found for name in names(top or "/") if matches(name)]
    return [path for path in found if exists(path)] if literal else found


def component_matcher(pattern: str) -> Callable[[str], object]:
    """A test for one path component."""
    match = re.compile(_translate(pattern), re.DOTALL).fullmatch
    if pattern.startswith((".", "\\.")):
        return match
    return lambda name: not name.startswith(".") and match(name)


def _translate(pattern: str) -> str:
    """A regular expression that never tries a star twice: what stands between two stars is taken where it is first."""
    first, *chunks = _chunks(pattern)
    if not chunks:
        return first
    return first + "".join(f"(?>.*?{chunk})" for chunk in chunks[:-1]) + ".*" + chunks[-1]


def _chunks(pattern: str) -> list[str]:
    """Expressions for what stands before, between and after the stars."""
    chunks, at = [""], 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            chunks.append("")
        elif char == "?":
            chunks[-1] += "."
        elif char == "\\" and at < len(pattern):
            chunks[-1] += re.escape(pattern[at])
            at += 1
        elif char == "[" and (end := _bracket_end(pattern, at)) is not None:
            chunks[-1] += _bracket(pattern[at:end])
            at = end + 1
        else:
            chunks[-1] += re.escape(char)
    return chunks


def _bracket_end(pattern: str, at: int) -> int | None:
    """Where the `]` that closes a bracket expression stands; none: the `[` is an ordinary character."""
    if pattern[at : at + 1] in ("!", "^"):
        at += 1
    if pattern[at : at + 1] == "]":
        at += 1
    while at < len(pattern):
        if named := _NAMED_CLASS.match(pattern, at):
            at = named.end()
        elif pattern[at] == "]":
            return at
        else:
            at += 1
    return None


def _bracket(body: str) -> str:
    negated = body[:1] in ("!", "^")
    out, at = [], 1 if negated else 0
    while at < len(body):
        if named := _NAMED_CLASS.match(body, at):
            out.append(_CLASSES.get(named[1], ""))
            at = named.end()
        elif body[at + 1 : at + 2] == "-" and at + 2 < len(body):
            low, high = body[at], body[at + 2]
            out.append(f"{re.escape(low)}-{re.escape(high)}" if low <= high else "")
            at += 3
        else:
            out.append(re.escape(body[at]))
            at += 1
    inside = "".join(out)
    if not inside:
        return "." if negated else "(?!)"
    return f"[{'^' if negated else ''}{inside}]"
