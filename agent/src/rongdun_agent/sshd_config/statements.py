"""Files cut into statements, each read once however often it is included."""

from dataclasses import dataclass, field

from rongdun_agent.host import Host, as_text
from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.criteria import MatchLine
from rongdun_agent.sshd_config.keywords import Keyword, keywords_of
from rongdun_agent.sshd_config.options import ConfigError
from rongdun_agent.sshd_config.words import SPACE, split_once

_NO_CONTENT = ("directory",)


@dataclass(slots=True)
class Statement:
    """A line that says something: the keyword as written, what it means in this build, and the text behind it."""

    where: str
    written: str
    keyword: Keyword | None
    text: str | None
    match: MatchLine | None = field(default=None)
    """The criteria, once they were read."""

    @property
    def verb(self) -> str:
        """The keyword in lower case."""
        return self.written.lower()


@dataclass(slots=True)
class File:
    """A configuration file."""

    path: str
    statements: tuple[Statement, ...]


class Library:
    """The files of one configuration, kept by path and by the pattern that named them."""

    def __init__(self, host: Host, build: Build) -> None:
        """Nothing is read yet."""
        self._host = host
        self._build = build
        self._directory = build.main_file.rpartition("/")[0]
        self._keywords = keywords_of(build)
        self._files: dict[str, File] = {}
        self._included: dict[str, tuple[File, ...]] = {}

    @property
    def read(self) -> tuple[str, ...]:
        """Paths of the files in the order in which they were read."""
        return tuple(self._files)

    def check_time(self) -> None:
        """Includes can multiply: even what is read already has to stay within the probe's time."""
        self._host.check_time()

    def file(self, path: str) -> File:
        """A file; the daemon refuses to start when it is missing, and so does this."""
        if path not in self._files:
            self._files[path] = File(path, self._statements(path))
        return self._files[path]

    def included(self, pattern: str) -> tuple[File, ...]:
        """The files that an Include names, in the order of their names; none is no error."""
        if pattern not in self._included:
            absolute = pattern if pattern.startswith(("/", "~")) else f"{self._directory}/{pattern}"
            paths = self._host.glob(absolute) if absolute.startswith("/") else ()
            self._included[pattern] = tuple(self.file(path) for path in paths)
        return self._included[pattern]

    def statement(self, text: str, where: str) -> Statement | None:
        """One line as a statement; None for an empty one or a comment."""
        stripped = text[:1] + text[1:].rstrip(SPACE + "\f")
        written, rest = split_once(stripped)
        if written == "":
            written, rest = split_once(rest)
        if not written or written.startswith("#"):
            return None
        return Statement(where, written, self._keywords.get(written.lower()), rest)

    def _statements(self, path: str) -> tuple[Statement, ...]:
        found = (self.statement(line, f"{path}:{number}") for number, line in enumerate(self._lines(path), 1) if line)
        return tuple(statement for statement in found if statement is not None)

    def _lines(self, path: str) -> list[str]:
        stat = self._host.stat(path)
        if stat is None:
            raise ConfigError(path, "no such file")
        if stat.type in _NO_CONTENT:
            return []
        data = self._host.read_bytes(path) or b""
        return _trimmed(data, comments=self._build.since(8, 5)).split("\n")


def _trimmed(data: bytes, *, comments: bool) -> str:
    """Leading blanks cut from each line; before OpenSSH 8.5 everything behind a `#` too, even inside quotes."""
    lines = []
    for line in data.split(b"\n"):
        if not comments:
            line = line.partition(b"#")[0]  # noqa: PLW2901 - one line in steps
        # a NUL byte ends the line for the daemon, its end of line included
        head, nul, _ = line.partition(b"\0")
        lines.append(head.lstrip(b" \t\r") + (b"" if nul else b"\n"))
    return as_text(b"".join(lines))
