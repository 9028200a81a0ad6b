"""Environment of a service: what `Environment=` and `EnvironmentFile=` set, and how a command line uses it."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.systemd_units.words import split_words

_ASSIGNMENT = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_WHOLE_WORD = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$")
_INSIDE = re.compile(r"\$\{([A-Za-z_]\w*)\}")


class Variable(NamedTuple):
    """A value and the line that set it."""

    value: str
    where: str


class Word(NamedTuple):
    """A word of a command line and the line that it comes from."""

    text: str
    where: str


Variables = Mapping[str, Variable]


def from_file(host: Host, path: str) -> dict[str, Variable]:
    """The assignments of a file that systemd or a shell reads; a missing file sets nothing."""
    found: dict[str, Variable] = {}
    for number, line in enumerate(host.lines(path), 1):
        match = _ASSIGNMENT.match(line.strip())
        if match:
            found[match[1]] = Variable(_unquoted(match[2]), f"{path}:{number}")
    return found


def _unquoted(text: str) -> str:
    """Quotes around the value or parts of it removed; a comment behind an unquoted value too."""
    result, quote, at = "", "", 0
    while at < len(text):
        char = text[at]
        if char == "\\" and quote != "'" and at + 1 < len(text):
            at += 1
            result += text[at]
        elif char == quote:
            quote = ""
        elif not quote and char in "\"'":
            quote = char
        elif not quote and char == "#" and result[-1:].isspace():
            break
        else:
            result += char
        at += 1
    return result.strip()


def from_words(words: Iterable[str], where: str) -> dict[str, Variable]:
    """The assignments of an `Environment=` line."""
    matches = (_ASSIGNMENT.match(word) for word in words)
    return {match[1]: Variable(match[2], where) for match in matches if match}


def expand(words: Iterable[str], where: str, variables: Variables) -> list[Word]:
    """A command line with its variables replaced: `$NAME` alone becomes several words, `${NAME}` stays one."""
    found: list[Word] = []
    for word in words:
        whole = _WHOLE_WORD.match(word)
        if whole and whole[2]:
            variable = variables.get(whole[2], Variable("", where))
            found += [Word(part, variable.where) for part in split_words(variable.value)]
        elif whole:
            variable = variables.get(whole[1], Variable("", where))
            found.append(Word(variable.value, variable.where))
        else:
            text = _INSIDE.sub(lambda match: variables.get(match[1], Variable("", where)).value, word)
            found.append(Word(text.replace("$$", "$"), where))
    return found
