"""Moves over sudoers text: blanks with continued lines, comments, words, quoted strings, commands."""

import re

_BLANK = re.compile(r"(?:[ \t]|\\[ \t]*\r?\n)+")
_COMMENT = re.compile(r"#(?:-[^\r\n0-9].*|[^\r\n0-9-].*)?(?=\r?\n|$)|#$", re.MULTILINE)
_LINE_END = re.compile(r"\r?\n|\Z")
_REST = re.compile(r"(?:\\[ \t]*\r?\n|[^\n])*")
_WORD = re.compile(r"#-?[0-9]+(?![^#>!=:,() \t\r\n\\\"])|(?:[^#>!=:,() \t\r\n\\\"]|\\[^\t\n])+")
_STRING = re.compile(r"\"((?:\\[ \t]*\r?\n[ \t]*|\\\"|[^\"\r\n\\]|\\)*)\"")
_ADDRESS = re.compile(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:[0-9.]+)?(?:/[0-9A-Fa-f:.]+)?(?![^:,= \t\r\n#])")
_CONTINUED = re.compile(r"\\[ \t]*\r?\n[ \t]*")
_ESCAPED = re.compile(r"\\(.)")


class SudoersSyntaxError(Exception):
    """The line is no entry; sudo refuses the file, or skips the line."""


class Scanner:
    """A place in a text; `line` is the number of the line that it is on."""

    def __init__(self, text: str) -> None:
        """Begin at the first character."""
        self._text = text
        self._at = 0
        self._counted, self._line = 0, 1

    @property
    def line(self) -> int:
        """Counted from 1."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    @property
    def at_start_of_line(self) -> bool:
        """Nothing, not even a blank, stands before."""
        return self._at == 0 or self._text[self._at - 1] == "\n"

    def blanks(self) -> None:
        """Go past blanks and continued lines."""
        if found := _BLANK.match(self._text, self._at):
            self._at = found.end()

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Go past what matches here."""
        if found := pattern.match(self._text, self._at):
            self._at = found.end()
        return found

    def looking_at(self, text: str) -> bool:
        """Whether the text goes on like this."""
        return self._text.startswith(text, self._at)

    def accept(self, text: str) -> bool:
        """Go past blanks, and a text when it stands there."""
        self.blanks()
        if self.looking_at(text):
            self._at += len(text)
            return True
        return False

    def expect(self, text: str) -> None:
        """Go past a text that has to stand here."""
        if not self.accept(text):
            raise SudoersSyntaxError

    def at_end_of_line(self) -> bool:
        """Whether only blanks and a comment are left; goes past them, not past the line's end."""
        self.blanks()
        self.take(_COMMENT)
        return _LINE_END.match(self._text, self._at) is not None

    def end_line(self) -> None:
        """Go past the end of the line, before which nothing may be left."""
        if not self.at_end_of_line():
            raise SudoersSyntaxError
        self.take(_LINE_END)

    def skip_line(self) -> None:
        """Go past the rest of a line, with the lines that continue it."""
        self.take(_REST)
        self.take(_LINE_END)

    def done(self) -> bool:
        """Whether the text is at its end."""
        return self._at >= len(self._text)

    def word(self) -> str:
        """A word with its backslashes resolved, or what stands between double quotes."""
        self.blanks()
        if quoted := self.take(_STRING):
            text = _CONTINUED.sub("", quoted[1]).replace('\\"', '"')
            if not text:
                raise SudoersSyntaxError
            return text
        found = self.take(_WORD)
        if found is None:
            raise SudoersSyntaxError
        return _ESCAPED.sub(r"\1", found[0])

    def address(self) -> str | None:
        """An IPv6 address or network, which has colons inside."""
        self.blanks()
        found = self.take(_ADDRESS)
        return found[0] if found else None
