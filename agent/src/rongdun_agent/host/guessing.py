"""Whether passwords are among a few words: one short-lived child for each hash, by libcrypt, within a time box."""

import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, get_args

Answer = Literal["guessed", "not guessed", "cannot", "too long"]

GUESSER = Path(__file__).with_name("guesser.py")
LONGEST_WORD = 128
_ANSWERS = frozenset(get_args(Answer))


def guess(tries: Mapping[str, Iterable[str]], seconds: float) -> dict[str, Answer]:
    """What comes of each hash with its words in their order; the time is shared fairly.

    What one hash leaves of its share is the others'; one that is made to cost hours costs its own share alone.
    """
    ends = time.monotonic() + seconds
    found: dict[str, Answer] = {}
    for number, (hashed, words) in enumerate(tries.items()):
        share = max(0.0, ends - time.monotonic()) / (len(tries) - number)
        found[hashed] = _guess_one(hashed, words, share)
    return found


def _guess_one(hashed: str, words: Iterable[str], seconds: float) -> Answer:
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and file, no argument from outside
        [sys.executable, "-I", "-S", str(GUESSER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C"},
        cwd="/",
        start_new_session=True,
    )
    with child:
        try:
            said, _ = child.communicate(_question(hashed, words), timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            return "too long"
    text = said.decode("ascii", "replace")
    return text if child.returncode == 0 and text in _ANSWERS else "cannot"  # type: ignore[return-value]  # one of them


def _question(hashed: str, words: Iterable[str]) -> bytes:
    """The hash and the words, a line each; a word that no line or C string can hold is nobody's password."""
    lines = [word.encode() for word in dict.fromkeys(words)]
    fit = (line for line in lines if len(line) <= LONGEST_WORD and not {0, 10} & set(line))
    return b"\n".join([hashed.encode(), *fit])
