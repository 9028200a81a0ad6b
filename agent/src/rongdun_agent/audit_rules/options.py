"""A line of audit.rules(7) taken into options as auditctl(8) does, with getopt_long(3) over words between spaces."""

from typing import NamedTuple

_TAKE_A_VALUE = frozenset("aAbCdefFkmpqrRSwW")
_FLAGS = frozenset("chilstvDi")
_LONG = {
    "--backlog_wait_time": True,
    "--loginuid-immutable": False,
    "--reset-lost": False,
    "--reset_backlog_wait_time_actual": False,
    "--signal": True,
}


class Option(NamedTuple):
    """A letter, or a long name with its dashes."""

    name: str
    value: str


class BadLine(ValueError):
    """auditctl would refuse the line."""


def split_options(line: str) -> list[Option]:
    """Options in their order; raises BadLine for an unknown one, a missing value, or a word that is no option."""
    words = [word for word in line.split(" ") if word]
    found = []
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            if name not in _LONG or (equals and not _LONG[name]):
                raise BadLine(line)
            found.append(Option(name, value if equals or not _LONG[name] else _next(words, line)))
        elif word.startswith("-") and len(word) > 1:
            found += _letters(word[1:], words, line)
        else:
            raise BadLine(line)
    return found


def _letters(letters: str, words: list[str], line: str) -> list[Option]:
    """`-k x`, `-kx`, and several flags in one word."""
    found: list[Option] = []
    for at, letter in enumerate(letters):
        if letter in _TAKE_A_VALUE:
            return [*found, Option(letter, letters[at + 1 :] or _next(words, line))]
        if letter not in _FLAGS:
            raise BadLine(line)
        found.append(Option(letter, ""))
    return found


def _next(words: list[str], line: str) -> str:
    if not words:
        raise BadLine(line)
    return words.pop(0)
