"""Tries words against one hash: a program of its own, started by `guessing` and ended by its clock.

Reads lines from standard input, the hash and then the words (bytes), and prints what came of it: `guessed`,
`not guessed`, or `cannot` where the C library does not know the method. The hash is never an argument, and no word is
ever written. It gives way to everything else, takes little memory, and leaves no core.
"""

import ctypes
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

LIBRARIES = ("libcrypt.so.1", "libcrypt.so.2")
NICE, MEMORY_BYTES = 19, 512 << 20
_NOT_DUMPABLE = 4
"""PR_SET_DUMPABLE of prctl(2): other processes of our user may not look into this one."""


def main() -> None:
    """Answer one question."""
    _give_way()
    hashed, *words = sys.stdin.buffer.read().split(b"\n")
    sys.stdout.write(answer(hashed, words, _crypt()))


def answer(hashed: bytes, words: list[bytes], crypt: "Callable[[bytes, bytes], bytes | None] | None") -> str:
    """Whether one of the words is what was hashed."""
    for word in words:
        found = crypt(word, hashed) if crypt else None
        if found is None or not found.startswith(_setting(hashed)) or found.startswith(b"*"):
            return "cannot"
        if found == hashed:
            return "guessed"
    return "not guessed"


def _setting(hashed: bytes) -> bytes:
    """The method, its cost and the salt as far as they can be told apart from the hash: crypt(5) gives them back."""
    if hashed.startswith(b"_"):
        return hashed[:9]
    return hashed[: hashed.rindex(b"$") + 1] if b"$" in hashed else hashed[:2]


def _crypt() -> "Callable[[bytes, bytes], bytes | None] | None":
    for name in LIBRARIES:
        with suppress(OSError, AttributeError):
            crypt: Any = ctypes.CDLL(name).crypt
            crypt.argtypes, crypt.restype = (ctypes.c_char_p, ctypes.c_char_p), ctypes.c_char_p
            return crypt  # type: ignore[no-any-return]  # a C function has no types of its own
    return None


def _give_way() -> None:
    """As far as we may: the agent's service bars these calls, and has bounds of its own."""
    with suppress(OSError, ValueError):
        os.nice(NICE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    ctypes.CDLL(None).prctl(_NOT_DUMPABLE, 0, 0, 0, 0)


if __name__ == "__main__":
    main()
