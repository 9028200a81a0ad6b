"""From tokens to commands; what cannot be parsed is handed over as text, so that nobody takes it for nothing."""

import re

from rongdun_agent.shell_profiles.stream import END, REDIRECTION, Stream
from rongdun_agent.shell_profiles.syntax import (
    Apart,
    Arithmetic,
    Case,
    Chain,
    Command,
    Conditional,
    For,
    Function,
    If,
    Not,
    Script,
    Simple,
    While,
)
from rongdun_agent.shell_profiles.tokens import ShellSyntaxError, Token

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\+?=|\[[^\]]*\]\+?=)(.*)", re.DOTALL)
_NAME = re.compile(r"[^\s$'\"`\\=]+")
_DEEPEST = 50


def parse(text: str) -> Script:
    """All complete commands of a text in order, and what is left behind the last one when that cannot be parsed."""
    parser = _Parser(text)
    commands: list[Command] = []
    started = 0
    try:
        while True:
            parser.stream.separators()
            if parser.stream.peek() is END:
                return Script(tuple(commands))
            started = parser.stream.peek().at
            commands.append(parser.and_or())
    except ShellSyntaxError as error:
        return Script(tuple(commands), text[min(started, error.at) if error.at >= 0 else started :])


class _Parser:
    """Recursive descent, not deeper than people write."""

    def __init__(self, text: str) -> None:
        self.stream = Stream(text)
        self._depth = 0

    def and_or(self) -> Command:
        """One command with all that hangs on it by `&&` and `||`."""
        first = self._pipeline()
        rest = []
        while self.stream.is_operator("&&", "||"):
            operator = self.stream.next().text
            self.stream.newlines()
            rest.append((operator, self._pipeline()))
        if self.stream.is_operator("&"):
            return Apart()
        return Chain(first, tuple(rest)) if rest else first

    def _script(self, *ends: str) -> Script:
        """Commands up to a reserved word or operator of `ends`, which is left standing."""
        self._depth += 1
        commands: list[Command] = []
        self.stream.separators()
        while self.stream.peek().text not in ends:
            if self.stream.peek() is END or self._depth > _DEEPEST:
                raise ShellSyntaxError(self.stream.peek().at)
            commands.append(self.and_or())
            self.stream.separators()
        self._depth -= 1
        return Script(tuple(commands))

    def _pipeline(self) -> Command:
        negated = False
        while not self.stream.peek().operator and self.stream.peek().text in ("!", "time"):
            negated ^= self.stream.next().text == "!"
        command = self._command()
        while self.stream.is_operator("|", "|&"):
            self.stream.next()
            self.stream.newlines()
            self._command()
            command = Apart()
        return Not(command) if negated else command

    def _command(self) -> Command:
        token = self.stream.peek()
        if token is END:
            raise ShellSyntaxError(token.at)
        command = self._parentheses() if self.stream.is_operator("(") else self._compound(token)
        if command is None:
            return self._simple()
        self.stream.redirections()
        return command

    def _compound(self, token: Token) -> Command | None:
        """A compound command when a reserved word begins it."""
        reader = {
            "if": self._if,
            "for": self._for,
            "select": self._for,
            "while": self._while,
            "until": self._while,
            "case": self._case,
            "{": self._braces,
            "[[": self._conditional,
            "function": self._named_function,
        }.get("" if token.operator else token.text)
        if reader is None:
            return None
        self.stream.next()
        return reader(token)

    def _parentheses(self) -> Command:
        """`( ... )` or `(( ... ))`."""
        start = self.stream.next()
        if not (self.stream.is_operator("(") and self.stream.peek().at == start.at + 1):
            self._script(")")
            self.stream.expect(")")
            return Apart()
        depth = 1
        while depth:
            token = self.stream.next()
            if token is END:
                raise ShellSyntaxError(start.at)
            depth += {"(": 1, ")": -1}.get(token.text if token.operator else "", 0)
        return Arithmetic()

    def _simple(self) -> Command:
        assignments: list[tuple[str, str]] = []
        words: list[str] = []
        first = self.stream.peek()
        while (token := self.stream.peek()) is not END:
            if token.operator and REDIRECTION.match(token.text):
                self.stream.redirections()
            elif token.operator and token.text == "(" and len(words) == 1 and not assignments:
                return self._function(words[0])
            elif token.operator and token.text == "(" and not words and assignments and not assignments[-1][1]:
                self.stream.beyond(")", token)
            elif token.operator:
                break
            else:
                self._word(self.stream.next().text, assignments, words)
        if not words and not assignments and self.stream.peek() is first:
            raise ShellSyntaxError(first.at)
        return Simple(tuple(assignments), tuple(words), first.line)

    def _word(self, text: str, assignments: list[tuple[str, str]], words: list[str]) -> None:
        match = None if words else _ASSIGNMENT.fullmatch(text)
        if match:
            assignments.append((match[1] if match[2] == "=" else match[1] + match[2][:-1], match[3]))
        else:
            words.append(text)

    def _function(self, name: str) -> Function:
        self.stream.expect("(")
        self.stream.expect(")")
        self.stream.newlines()
        if not _NAME.fullmatch(name):
            raise ShellSyntaxError(self.stream.peek().at)
        return Function(name, self._command())

    def _named_function(self, _: Token) -> Command:
        name = self.stream.next().text
        if self.stream.is_operator("("):
            return self._function(name)
        self.stream.newlines()
        return Function(name, self._command())

    def _if(self, _: Token) -> Command:
        branches = []
        while True:
            condition = self._script("then")
            self.stream.expect("then")
            branches.append((condition, self._script("elif", "else", "fi")))
            if not self.stream.accept("elif"):
                break
        otherwise = self._script("fi") if self.stream.accept("else") else Script()
        self.stream.expect("fi")
        return If(tuple(branches), otherwise)

    def _for(self, keyword: Token) -> Command:
        name: str = ""
        words: tuple[str, ...] | None = ()
        if self.stream.is_operator("("):
            self._parentheses()
        else:
            name, words = self.stream.next().text, self._for_words()
        self.stream.separators()
        closing = "}" if self.stream.accept("{") else "done"
        if closing == "done":
            self.stream.expect("do")
        body = self._script(closing)
        self.stream.expect(closing)
        return For(name, words, body, keyword.line)

    def _for_words(self) -> tuple[str, ...] | None:
        self.stream.newlines()
        if not self.stream.accept("in"):
            return None
        words = []
        while not self.stream.peek().operator:
            words.append(self.stream.next().text)
        return tuple(words)

    def _while(self, _: Token) -> Command:
        condition = self._script("do")
        self.stream.expect("do")
        body = self._script("done")
        self.stream.expect("done")
        return While(condition, body)

    def _case(self, _: Token) -> Command:
        word = self.stream.next().text
        self.stream.newlines()
        self.stream.expect("in")
        branches = []
        self.stream.separators()
        while not self.stream.accept("esac"):
            self.stream.accept("(")
            patterns = [self.stream.next().text]
            while self.stream.accept("|"):
                patterns.append(self.stream.next().text)
            self.stream.expect(")")
            branches.append((tuple(patterns), self._script(";;", ";&", ";;&", "esac")))
            if self.stream.is_operator(";;", ";&", ";;&"):
                self.stream.next()
            self.stream.separators()
        return Case(word, tuple(branches))

    def _braces(self, _: Token) -> Command:
        body = self._script("}")
        self.stream.expect("}")
        return body

    def _conditional(self, start: Token) -> Command:
        return Conditional(tuple(word for word in self.stream.beyond("]]", start) if word != "\n"))
