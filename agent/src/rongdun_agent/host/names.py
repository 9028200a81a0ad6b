r"""File names are bytes; facts are text. One to one: a byte that is no UTF-8 is written `\xNN`.

A backslash that could be mistaken for such an escape is itself written `\x5c`: every text leads back to its own file.
"""

import re

_ESCAPE = re.compile(rb"\\x(5c|[89a-f][0-9a-f])")
_MISTAKABLE = re.compile(rb"\\(?=x(?:5c|[89a-f][0-9a-f]))")


def as_bytes(path: str) -> bytes:
    r"""The name that the kernel knows for a path written by `as_text`, by a configuration file, or in our own code."""
    raw = path.encode("utf-8", "surrogateescape")
    return _ESCAPE.sub(_byte, raw) if b"\\x" in raw else raw


def as_text(name: bytes) -> str:
    r"""How facts write a file name."""
    if b"\\x" in name:
        name = _MISTAKABLE.sub(rb"\\x5c", name)
    return name.decode("utf-8", "backslashreplace")


def _byte(escape: re.Match[bytes]) -> bytes:
    return bytes((int(escape[1], 16),))
