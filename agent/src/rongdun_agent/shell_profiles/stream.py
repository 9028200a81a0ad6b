"""A text's tokens with a look at the next one."""

import re

from rongdun_agent.shell_profiles.tokens import ShellSyntaxError, Token, tokens

REDIRECTION = re.compile(r"\d*[<>]|&>")
_SEPARATORS = frozenset((";", "&", "\n"))
END = Token("", operator=True, at=-1, line=0)


class Stream:
    """Tokens from left to right; a reserved word counts only where the parser asks for one."""

    def __init__(self, text: str) -> None:
        """Nothing is read before it is asked for."""
        self._source = tokens(text)
        self._ahead: list[Token] = []

    def peek(self) -> Token:
        """The next token; `END` at the end of the text."""
        if not self._ahead:
            self._ahead.append(next(self._source, END))
        return self._ahead[0]

    def next(self) -> Token:
        """Take the next token."""
        token = self.peek()
        self._ahead.clear()
        return token

    def is_operator(self, *texts: str) -> bool:
        """Whether the next token is one of these operators."""
        token = self.peek()
        return token.operator and token.text in texts

    def accept(self, text: str) -> bool:
        """Take the next token when it reads so."""
        if self.peek() is not END and self.peek().text == text:
            self.next()
            return True
        return False

    def expect(self, text: str) -> None:
        """Take the next token, which has to read so."""
        if not self.accept(text):
            raise ShellSyntaxError(self.peek().at)

    def newlines(self) -> None:
        """Go past newlines."""
        while self.is_operator("\n"):
            self.next()

    def separators(self) -> None:
        """Go past newlines, semicolons, and the sign of a background job."""
        while self.is_operator(*_SEPARATORS):
            self.next()

    def redirections(self) -> None:
        """Go past redirections with their targets."""
        while self.peek().operator and REDIRECTION.match(self.peek().text):
            self.next()
            if not self.peek().operator:
                self.next()

    def beyond(self, closing: str, start: Token) -> list[str]:
        """Take everything up to a closing token, and that too; returns what was between."""
        between = []
        while self.peek() is END or self.peek().text != closing:
            token = self.next()
            if token is END:
                raise ShellSyntaxError(start.at)
            between.append(token.text)
        self.next()
        return between
