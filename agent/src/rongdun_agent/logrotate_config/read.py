"""Reading the main file and what it includes, as far as logrotate itself would get."""

import fnmatch
import shlex
from dataclasses import dataclass, field

from rongdun_agent.host import Host
from rongdun_agent.logrotate_config.directive import SCRIPTS, BadDirective, apply
from rongdun_agent.logrotate_config.entry import Directives, Entry
from rongdun_agent.logrotate_config.scan import Scanner

MAIN = "/etc/logrotate.conf"
_TABOO = (
    *("*,v", "*.bak", "*.cfsaved", "*.disabled", "*.dpkg-bak", "*.dpkg-del", "*.dpkg-dist", "*.dpkg-new", "*.dpkg-old"),
    *("*.dpkg-tmp", "*.rhn-cfg-tmp-*", "*.rpmnew", "*.rpmorig", "*.rpmsave", "*.swp", "*.ucf-dist", "*.ucf-new"),
    *("*.ucf-old", "*~"),
)
_OTHERS_WRITE = 0o022
_DEEPEST = 5


@dataclass
class _Reading:
    """What all files of one run share."""

    host: Host
    taboo: list[str] = field(default_factory=lambda: list(_TABOO))
    entries: list[Entry] = field(default_factory=list)


@dataclass
class _Block:
    """An entry that is being read; `broken` ones are left out."""

    paths: tuple[str, ...]
    directives: Directives
    where: str
    broken: bool = False


def read_entries(host: Host) -> tuple[Entry, ...]:
    """All entries of the main file and of what it includes, in order."""
    reading = _Reading(host)
    _file(reading, MAIN, Directives(), 0)
    return tuple(reading.entries)


def _file(reading: _Reading, path: str, inherited: Directives, depth: int) -> Directives:
    """Read a file; its global directives go on to what comes after it, unless there was an error in it."""
    stat = reading.host.stat(path)
    if stat is None or depth > _DEEPEST or (stat.uid == 0 and stat.mode & _OTHERS_WRITE):
        return inherited  # "because it is writable by group or others"
    file = _File(reading, path, Scanner(reading.host.read_text(path) or ""), inherited, depth)
    try:
        file.read()
    except BadDirective:
        return inherited  # an error outside of entries: the rest of the file is not read
    return file.directives if file.sound else inherited


@dataclass
class _File:
    """One file on the way from its beginning to its end."""

    reading: _Reading
    path: str
    scanner: Scanner
    directives: Directives
    depth: int
    sound: bool = True
    """Whether all entries were right."""
    block: _Block | None = None

    def read(self) -> None:
        """Take statement after statement; raises BadDirective for an error outside of entries."""
        while self.scanner.next():
            try:
                self._statement()
            except BadDirective:
                if self.block is None:
                    raise
                self.block.broken, self.sound = True, False
                self.scanner.skip_to_closing_brace()
        self._close()

    def _statement(self) -> None:
        if self.scanner.starts_names():
            self._open()
        elif self.scanner.takes("}"):
            if self.block is None:
                raise BadDirective(self.path)
            self._close()
        else:
            self._directive(*self.scanner.directive())

    def _open(self) -> None:
        where = f"{self.path}:{self.scanner.line_number()}"
        if self.block is not None:
            raise BadDirective(where)
        self.block = _Block(_names(self.scanner.until_brace()), self.directives, where)
        self.scanner.must_be_separated()

    def _close(self) -> None:
        if self.block is not None and not self.block.broken:
            self.reading.entries.append(Entry(self.block.paths, self.block.directives, self.block.where))
        self.block = None

    def _directive(self, name: str, value: str) -> None:
        if name in SCRIPTS:
            self.scanner.skip_script()
        elif self.block is not None:
            self.block.directives = apply(self.block.directives, name, value)
        elif name == "include":
            self.directives = _include(self.reading, value, self.directives, self.depth)
        elif name in ("tabooext", "taboopat"):
            _taboo(self.reading, value, "*" if name == "tabooext" else "")
        else:
            self.directives = apply(self.directives, name, value)


def _names(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError:
        raise BadDirective(text) from None


def _include(reading: _Reading, place: str, directives: Directives, depth: int) -> Directives:
    if not reading.host.is_dir(place):
        return _file(reading, place, directives, depth + 1)
    for name in reading.host.list_dir(place):
        path = f"{place.rstrip('/')}/{name}"
        if not any(fnmatch.fnmatchcase(name, pattern) for pattern in reading.taboo) and reading.host.is_file(path):
            directives = _file(reading, path, directives, depth + 1)
    return directives


def _taboo(reading: _Reading, value: str, before: str) -> None:
    """`+` adds to the patterns of names that are left out, anything else replaces them."""
    listed = [before + word for word in value.removeprefix("+").replace(",", " ").split()]
    reading.taboo = [*reading.taboo, *listed] if value.startswith("+") else listed
