"""Splitting a value into words: quotes, escapes, and the `;` that separates commands (systemd.service(5))."""

import re
import sys
from collections.abc import Iterator

_PLAIN_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " "}
_NUMBERED = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})")
_SPACE = " \t\n\r"
_PREFIXES = "-@:+!|"


def split_words(value: str) -> list[str]:
    """The words of a list of names; an unfinished quote makes the whole value count for nothing."""
    if not any(char in value for char in "\"'\\"):
        return value.split()
    try:
        return [word for word, _ in _words(value)]
    except ValueError:
        return []


def commands(value: str) -> list[list[str]]:
    """The command lines of one `Exec…=`, the program first and without its prefixes; empty when systemd ignores it."""
    if not any(char in value for char in "\"'\\;"):
        found = [value.split()]
    else:
        found = [[]]
        try:
            for word, plain in _words(value):
                if word == ";" and plain:
                    found.append([])
                else:
                    found[-1].append(word)
        except ValueError:
            return []
    return [[program, *rest] for words in found if words for program, rest in [_program(words)] if program]


def _program(words: list[str]) -> tuple[str, list[str]]:
    """The program and its arguments; with `@` the second word is only what the program shall call itself."""
    program = words[0].lstrip(_PREFIXES)
    prefixes = words[0][: len(words[0]) - len(program)]
    return program, words[2:] if "@" in prefixes else words[1:]


def _words(value: str) -> Iterator[tuple[str, bool]]:
    """Words, and whether they were written without quotes or escapes; raises ValueError at an unfinished quote."""
    at = 0
    while True:
        while at < len(value) and value[at] in _SPACE:
            at += 1
        if at == len(value):
            return
        word, quote, plain = "", "", True
        while at < len(value) and (quote or value[at] not in _SPACE):
            char = value[at]
            at += 1
            if char == "\\" and at < len(value):
                decoded, at = _escape(value, at)
                word, plain = word + decoded, False
            elif char == quote:
                quote = ""
            elif not quote and char in "\"'":
                quote, plain = char, False
            else:
                word += char
        if quote:
            raise ValueError(value)
        yield word, plain


def _escape(value: str, at: int) -> tuple[str, int]:
    """What stands for an escape, and where it ends; an unknown one stays as it is written."""
    char = value[at]
    if char in _PLAIN_ESCAPES:
        return _PLAIN_ESCAPES[char], at + 1
    if char in "\\\"';":
        return char, at + 1
    if match := _NUMBERED.match(value, at):
        code = int(match[4], 8) if match[4] else int(match[1] or match[2] or match[3], 16)
        if 0 < code <= sys.maxunicode:
            return chr(code), match.end()
    return "\\" + char, at + 1
