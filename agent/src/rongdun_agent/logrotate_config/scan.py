"""The text of one file, character by character as logrotate goes through it."""

import re

from rongdun_agent.logrotate_config.directive import BadDirective

_BLANK = re.compile(r"(?:[ \t\n\v\f\r]|#[^\n]*)+")
_NAMES = ("/", '"', "'", "~")
_DIRECTIVE = re.compile(r"([A-Za-z]+)(?:[ \t]*=[ \t]*|[ \t]+|(?=[\r\n])|$)([^\n]*)")
_END_OF_SCRIPT = re.compile(r"^[ \t]*endscript[^\n]*$", re.MULTILINE)
_CLOSING_LINE = re.compile(r"^[ \t]*(?=\})", re.MULTILINE)


class Scanner:
    """A place in the text that only moves on."""

    def __init__(self, text: str) -> None:
        """Begin at the beginning."""
        self._text, self._at = text, 0

    def next(self) -> bool:
        """Go to the next thing that is no blank and no comment; false at the end."""
        blank = _BLANK.match(self._text, self._at)
        self._at = blank.end() if blank else self._at
        return self._at < len(self._text)

    def line_number(self) -> int:
        """The line that the place is in, from 1."""
        return self._text.count("\n", 0, self._at) + 1

    def starts_names(self) -> bool:
        """Whether names of files begin here."""
        return self._text.startswith(_NAMES, self._at)

    def takes(self, char: str) -> bool:
        """Whether a character stands here, and if so go behind it."""
        if self._text.startswith(char, self._at):
            self._at += 1
            return True
        return False

    def until_brace(self) -> str:
        """What stands before the opening brace."""
        end = self._text.find("{", self._at)
        if end < 0:
            raise BadDirective(self._text[self._at :])
        found, self._at = self._text[self._at : end], end + 1
        return found

    def must_be_separated(self) -> None:
        """Behind an opening brace a directive may follow, but no carriage return."""
        if self._text.startswith("\r", self._at):
            raise BadDirective("\r")

    def directive(self) -> tuple[str, str]:
        """A word and the rest of its line; raises BadDirective where no word stands alone."""
        match = _DIRECTIVE.match(self._text, self._at)
        if match is None:
            raise BadDirective(self._text[self._at : self._at + 20])
        self._at = match.end()
        return match[1], match[2].strip()

    def skip_script(self) -> None:
        """Go behind `endscript`."""
        end = _END_OF_SCRIPT.search(self._text, self._at)
        self._at = end.end() if end else len(self._text)

    def skip_to_closing_brace(self) -> None:
        """Go to the next line that begins with a closing brace."""
        end = _CLOSING_LINE.search(self._text, self._at)
        self._at = end.end() if end else len(self._text)
