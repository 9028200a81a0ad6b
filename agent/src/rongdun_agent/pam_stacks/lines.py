"""Lines of a PAM file: continuations joined, comments gone, tokens as libpam splits them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(r"[ \t\n\r]*(?:\[((?:\\\]|[^\]])*)\]?|([^ \t\n\r]+))")


class Line(NamedTuple):
    """The tokens of one logical line and `path:line` of where it begins; a `[...]` token has lost its brackets."""

    tokens: tuple[str, ...]
    where: str


def logical_lines(path: str, lines: tuple[str, ...]) -> Iterator[Line]:
    """Join lines that end in a backslash; what follows a `#` is no part of a line, not even a backslash."""
    joined, start = "", 0
    for number, raw in enumerate(lines, 1):
        text = raw.partition("#")[0].strip()
        start = start or number
        if text.endswith("\\"):
            joined += text[:-1] + " "
            continue
        tokens = _tokens(joined + text)
        if tokens:
            yield Line(tokens, f"{path}:{start}")
        joined, start = "", 0
    tokens = _tokens(joined)
    if tokens:
        yield Line(tokens, f"{path}:{start}")


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(
        match[1].replace("\\]", "]") if match[1] is not None else match[2]
        for match in _TOKEN.finditer(text)
        if match[0].strip()
    )
