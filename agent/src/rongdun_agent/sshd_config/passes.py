"""The daemon reads its configuration twice: at start for the globals, and per connection for the Match blocks."""

from collections.abc import Callable
from dataclasses import dataclass, field

from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.criteria import BadMatch, MatchLine, at_start, read_match
from rongdun_agent.sshd_config.line import BadLine, Line
from rongdun_agent.sshd_config.names import Names
from rongdun_agent.sshd_config.options import ConfigError, Options
from rongdun_agent.sshd_config.statements import File, Library, Statement
from rongdun_agent.sshd_config.words import NewWords, OldWords

MAX_DEPTH = 16
COMMAND_LINE = "command line"


class BadFile(ConfigError):
    """The daemon gives up at the end of a file, having complained about each bad line."""


@dataclass(slots=True)
class Scope:
    """Where reading stands inside one file.

    `never`: no Match block here can apply, since the file is included from a block that does not.
    `only`: the globals of this file were read at the start, only its Match blocks matter.
    """

    active: bool
    never: bool = False
    only: bool = False


@dataclass(slots=True)
class Pass:
    """One reading; `satisfied` decides Match lines, None means the reading at start."""

    library: Library
    build: Build
    names: Names
    options: Options
    satisfied: Callable[[MatchLine], bool] | None = None
    problems: list[str] = field(default_factory=list)
    matches: list[MatchLine] = field(default_factory=list)
    """Match lines with a condition, in their order."""
    unknown: list[str] = field(default_factory=list)
    """Places of keywords that we do not know but a distributor may."""

    def run(self, file: File) -> None:
        """Read the main file; ConfigError when the daemon would give up."""
        starting = self.satisfied is None
        self._file(file, Scope(active=starting, only=not starting), 0)

    def command_line(self, text: str, where: str) -> None:
        """Carry out an `-o` option."""
        statement = self.library.statement(text, where)
        if statement is None:
            return
        if statement.verb in ("match", "include"):
            raise ConfigError(where, f"{statement.written} is not supported as an option")
        try:
            self._one(statement, Scope(active=True), 0)
        except BadLine as problem:
            raise ConfigError(where, str(problem)) from problem

    def _file(self, file: File, scope: Scope, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ConfigError(file.path, "too many nested includes")
        self.library.check_time()
        bad = 0
        for statement in file.statements:
            if self.satisfied is not None and not scope.active and not _may_matter(statement, scope):
                continue
            try:
                self._one(statement, scope, depth)
            except BadLine as problem:
                self.problems.append(f"{statement.where}: {problem}")
                bad += 1
        if bad:
            raise BadFile(file.path, f"{bad} bad lines")

    def _one(self, statement: Statement, scope: Scope, depth: int) -> None:
        text, verb = statement.text, statement.verb
        if not text and self.build.since(8, 7):
            raise BadLine(f"no argument after {statement.written}")
        if verb == "match":
            self._match(statement, scope)
        elif verb == "include":
            self._include(statement, scope, depth)
        elif statement.keyword is None:
            self._unknown(statement)
        else:
            self._keyword(statement, scope)

    def _unknown(self, statement: Statement) -> None:
        if not self.build.complete:
            self.unknown.append(statement.where)
            return
        raise BadLine(f"unknown keyword {statement.written}")

    def _words(self, text: str | None) -> OldWords | NewWords:
        if self.build.before(8, 7):
            return OldWords(text)
        try:
            return NewWords(text or "")
        except ValueError as error:
            raise BadLine("a quote is not closed") from error

    def _keyword(self, statement: Statement, scope: Scope) -> None:
        keyword = statement.keyword
        if keyword is None:
            return
        words = self._words(statement.text)
        if not scope.active and not keyword.in_match:
            raise ConfigError(statement.where, f"{statement.written} is not allowed within a Match block")
        line = Line(keyword.setting, words, statement.where, scope.active, self.options, self.build, self.names)
        keyword.handler(line)
        self._end(line)

    def _end(self, line: Line) -> None:
        if line.finished:
            return
        extra = line.words.leftover()
        if extra is None:
            return
        if line.strict:
            raise BadLine(f'"{extra}" is one argument too many')
        line.fail(f'"{extra}" is one argument too many')

    def _match(self, statement: Statement, scope: Scope) -> None:
        if statement.match is None:
            statement.match = self._read_match(statement)
        line = statement.match
        if self.satisfied is None:
            applies = at_start(line, self.build)
            if not line.always and line not in self.matches:
                self.matches.append(line)
        else:
            applies = not scope.never and self.satisfied(line)
        scope.active = applies and not scope.never
        scope.only = False

    def _read_match(self, statement: Statement) -> MatchLine:
        self._words(statement.text)
        try:
            line, left = read_match(statement.text or "", statement.where, self.build, self.names)
        except BadMatch as problem:
            raise ConfigError(statement.where, str(problem)) from problem
        if left:
            raise BadLine(f'"{left}" is left over')
        return line

    def _include(self, statement: Statement, scope: Scope, depth: int) -> None:
        patterns = tuple(self._words(statement.text))
        if not patterns:
            raise ConfigError(statement.where, "a file name is missing")
        for pattern in patterns:
            if not pattern:
                raise BadLine("an empty argument")
            for file in self.library.included(pattern):
                inner = Scope(scope.active, never=not scope.only and not scope.active, only=scope.only)
                self._file(file, inner, depth + 1)


def _may_matter(statement: Statement, scope: Scope) -> bool:
    """Where nothing is active only Match lines matter, and files that may hold some; syntax was checked at start."""
    return statement.verb == "match" or (statement.verb == "include" and scope.only)
