"""What a file says, as a short name: the same as long as nothing but comments and blank lines changes."""

import hashlib
from collections.abc import Iterable

DIGITS = 16
"""Of a SHA-256: nobody makes another text for a given name, and facts stay small."""
_COMMENTS = ("#", ";")


def name_of(text: str, comments: tuple[str, ...] = _COMMENTS) -> str | None:
    """The name of what a text says; `None` when it says nothing. Its first line may name an interpreter (`#!`)."""
    lines = (line.strip() for line in text.split("\n"))
    saying = [
        line
        for at, line in enumerate(lines)
        if line and (not line.startswith(comments) or (at == 0 and line[:2] == "#!"))
    ]
    return named(saying) if saying else None


def named(parts: Iterable[str]) -> str:
    """One name for several texts in their order."""
    return hashlib.sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()[:DIGITS]
