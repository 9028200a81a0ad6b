"""Splits shell text into words and operators, each word left as it is written; here-documents and comments are gone."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_OPERATOR = re.compile(r"\d*(?:&>>|&>|<<<|<<-|<<|<>|<&|>>|>&|>\||[<>])|;;&|;;|;&|;|&&|\|\||\|&|\||&|\(|\)|\n")
_BLANK = re.compile(r"(?:[ \t\r]|\\\r?\n)+")
_DEEPEST = 50
_CLOSING = {"(": ")", "{": "}"}


class ShellSyntaxError(Exception):
    """Text that we cannot split or parse; `at` is where in the text."""

    def __init__(self, at: int) -> None:
        """Keep the place, so that what came before still counts."""
        super().__init__(at)
        self.at = at


class Token(NamedTuple):
    """A word, or an operator, such as a newline; `at` is its place in the text, `line` counts from 1."""

    text: str
    operator: bool
    at: int
    line: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text, raising `ShellSyntaxError` where a quote never closes."""
    at, line = 0, 1
    waiting: list[tuple[str, bool]] = []
    expect_delimiter: bool | None = None
    while at < len(text):
        if blank := _BLANK.match(text, at):
            line += text.count("\n", at, blank.end())
            at = blank.end()
        elif text[at] == "#":
            at = _line_end(text, at)
        elif operator := _OPERATOR.match(text, at):
            yield Token(operator[0], operator=True, at=at, line=line)
            at = operator.end()
            if operator[0].lstrip("0123456789") in ("<<", "<<-"):
                expect_delimiter = operator[0].endswith("-")
            if operator[0] == "\n":
                line += 1
                for delimiter, tabs in waiting:
                    skipped = _after_document(text, at, delimiter, tabs=tabs)
                    line += text.count("\n", at, skipped)
                    at = skipped
                waiting.clear()
        else:
            end = _word_end(text, at)
            word = text[at:end]
            yield Token(word if "'" in word else word.replace("\\\n", ""), operator=False, at=at, line=line)
            if expect_delimiter is not None:
                waiting.append((re.sub(r"['\"\\]", "", text[at:end]), expect_delimiter))
                expect_delimiter = None
            line += text.count("\n", at, end)
            at = end


def _word_end(text: str, at: int) -> int:
    """Where a word ends: at a blank or an operator outside quotes and substitutions."""
    while at < len(text):
        char = text[at]
        if char in " \t\r\n;&|()<>":
            return at
        at = end_of_part(text, at)
    return at


def end_of_part(text: str, at: int, depth: int = 0) -> int:
    """The place behind one quoted string, escape, substitution, or plain character."""
    if depth > _DEEPEST:
        raise ShellSyntaxError(at)
    match text[at], text[at + 1 : at + 2]:
        case "\\", _:
            end = min(at + 2, len(text))
        case "'", _:
            end = _find(text, "'", at + 1, at) + 1
        case '"', _:
            end = _double_quoted(text, at, depth)
        case "`", _:
            end = _until(text, "`", at, at + 1)
        case "$", "'":
            end = _until(text, "'", at, at + 2)
        case "$", "(" | "{":
            end = _bracketed(text, at + 1, depth)
        case _:
            end = at + 1
    return end


def _double_quoted(text: str, start: int, depth: int) -> int:
    at = start + 1
    while at < len(text):
        if text[at] == '"':
            return at + 1
        at = end_of_part(text, at, depth + 1) if text[at] in "\\`$" else at + 1
    raise ShellSyntaxError(start)


def _until(text: str, closing: str, start: int, at: int) -> int:
    """Behind the closing quote; a backslash keeps one from closing."""
    while at < len(text):
        if text[at] == closing:
            return at + 1
        at += 2 if text[at] == "\\" else 1
    raise ShellSyntaxError(start)


def _bracketed(text: str, start: int, depth: int) -> int:
    """Behind the bracket that closes the one at `start`, with everything nested in it."""
    opening = text[start]
    closing, open_ones, at = _CLOSING[opening], 0, start
    while at < len(text):
        char = text[at]
        if char == opening:
            open_ones += 1
        elif char == closing:
            open_ones -= 1
            if not open_ones:
                return at + 1
        elif char in "\\'\"`$":
            at = end_of_part(text, at, depth + 1)
            continue
        at += 1
    raise ShellSyntaxError(start)


def _find(text: str, what: str, at: int, start: int) -> int:
    found = text.find(what, at)
    if found < 0:
        raise ShellSyntaxError(start)
    return found


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _after_document(text: str, at: int, delimiter: str, *, tabs: bool) -> int:
    """Behind a here-document that begins at `at`."""
    while at < len(text):
        end = _line_end(text, at)
        row = text[at:end].removesuffix("\r")
        at = end + 1
        if (row.lstrip("\t") if tabs else row) == delimiter:
            break
    return min(at, len(text))
