"""Comparing versions of packages as dpkg and rpm do, where the two agree."""

import re
from itertools import zip_longest

_PAIRS = re.compile(r"(\D*)(\d*)")
_VERSION = re.compile(r"(?:(?P<epoch>\d+):)?(?P<upstream>[^\s-][^\s]*?)(?:-(?P<revision>[^\s-]+))?")
_TILDE, _END, _CARET, _LETTER, _SIGN = -1, 0, 1, 2, 2 + 0x110000


def is_version(text: str) -> bool:
    """Whether the text looks like `[epoch:]version[-revision]`: no blanks, and a digit in it."""
    return _VERSION.fullmatch(text) is not None and any(character.isdecimal() for character in text)


def version_reaches(found: str, wanted: str) -> bool:
    """Whether a version is not older than the wanted one.

    An epoch or a revision counts only where the wanted version names one: `1:9.2p1-2+deb12u3` reaches `9.2p1`.
    """
    epoch, upstream, revision = _split(found)
    wanted_epoch, wanted_upstream, wanted_revision = _split(wanted)
    if wanted_epoch is not None and int(epoch or 0) != int(wanted_epoch):
        return int(epoch or 0) > int(wanted_epoch)
    order = compare(upstream, wanted_upstream)
    if order or wanted_revision is None:
        return order >= 0
    return compare(revision or "", wanted_revision) >= 0


def compare(one: str, other: str) -> int:
    """-1, 0 or 1 in the order of deb-version(7): numbers by value, `~` before the end, letters before signs.

    rpm's `^` comes right after the end.
    """
    for (text, number), (other_text, other_number) in zip_longest(
        _PAIRS.findall(one), _PAIRS.findall(other), fillvalue=("", "")
    ):
        for a, b in zip_longest(map(_weight, text), map(_weight, other_text), fillvalue=_END):
            if a != b:
                return -1 if a < b else 1
        if int(number or 0) != int(other_number or 0):
            return -1 if int(number or 0) < int(other_number or 0) else 1
    return 0


def _weight(character: str) -> int:
    if character == "~":
        return _TILDE
    if character == "^":
        return _CARET
    return ord(character) + (_LETTER if character.isalpha() else _SIGN)


def _split(version: str) -> tuple[str | None, str, str | None]:
    found = _VERSION.fullmatch(version)
    if found is None:
        return None, version, None
    return found["epoch"], found["upstream"], found["revision"]
