"""Text on a terminal: Chinese characters take two columns, colours only where somebody looks."""

import os
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TextIO

_WIDE = frozenset("WF")
_DEFAULT_WIDTH = 100
_NARROWEST = 40

STYLES: Mapping[str, str] = MappingProxyType(
    {"red": "31", "green": "32", "yellow": "33", "bold": "1", "dim": "2", "loud": "1;31"}
)


class Paper:
    """Where a report is written: how wide it is, and whether it shows colours."""

    def __init__(self, out: TextIO, width: int, *, colours: bool) -> None:
        self._out, self.width, self._colours = out, width, colours

    def line(self, text: str = "", indent: int = 0, hanging: int = 0, style: str = "") -> None:
        """Write a text, wrapped to the width, later lines indented by `hanging` more."""
        for number, part in enumerate(wrapped(text, self.width - indent - hanging)):
            prefix = " " * (indent + (hanging if number else 0))
            self._out.write(f"{prefix}{self.styled(part, style)}".rstrip() + "\n")

    def styled(self, text: str, style: str) -> str:
        """The text in a style, where colours are shown."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if style and self._colours and text else text


def paper_for(out: TextIO, environment: Mapping[str, str]) -> Paper:
    """A terminal's width and colours (https://no-color.org); a pipe or file gets neither colours nor wrapping."""
    if not out.isatty():
        return Paper(out, 1 << 30, colours=False)
    columns = environment.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() and columns.isascii() else _columns(out)
    plain = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
    return Paper(out, max(_NARROWEST, width), colours=not plain)


def width_of(text: str) -> int:
    """Columns that a text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(char) for char in text)


def padded(text: str, width: int) -> str:
    """The text with blanks up to a width."""
    return text + " " * (width - width_of(text))


def wrapped(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` columns, broken at blanks or beside a Chinese character; a longer word stays whole."""
    line, columns = "", 0
    for word in _words(text):
        wide = width_of(word)
        if line and columns + wide - (len(word) - len(word.rstrip())) > width:
            yield line.rstrip()
            line, columns = "", 0
        line += word
        columns += wide
    yield line.rstrip()


def printable(text: str) -> str:
    r"""The text without what a terminal would obey: control characters are written `\xNN`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _words(text: str) -> Iterator[str]:
    """Pieces that may stand on a line of their own: a word with the blanks behind it, or one wide character."""
    word = ""
    for char in text:
        if (
            word
            and (word[-1] == " " != char or _is_wide(char) or _is_wide(word[-1]))
            and char not in "，。；、）：！？»”"
        ):
            yield word
            word = ""
        word += char
    if word:
        yield word


def _is_wide(char: str) -> bool:
    return not char.isascii() and unicodedata.east_asian_width(char) in _WIDE


def _columns_of(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if _is_wide(char) else 1


def _columns(out: TextIO) -> int:
    try:
        return os.get_terminal_size(out.fileno()).columns or _DEFAULT_WIDTH
    except OSError:
        return _DEFAULT_WIDTH
