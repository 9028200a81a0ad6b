"""From PAM files to chains: for one service and one kind of work, the modules that libpam will call, in order."""

from collections.abc import Iterator
from itertools import islice
from typing import Literal, NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.pam_stacks.control import BROKEN, REQUIRED, Control, parse_control
from rongdun_agent.pam_stacks.lines import Line, logical_lines
from rongdun_agent.pam_stacks.modules_on_disk import ModulesOnDisk

DIRECTORIES = ("/etc/pam.d", "/usr/etc/pam.d", "/usr/lib/pam.d")
SINGLE_FILE = "/etc/pam.conf"
_DEEPEST_INCLUDE = 16
_LONGEST_CHAIN = 200

Facility = Literal["auth", "account", "password", "session"]
FACILITIES: tuple[Facility, ...] = ("auth", "account", "password", "session")


class Handler(NamedTuple):
    """One step of a chain.

    `kind`: a `module`, a `substack` mark (its lines follow with a higher `level`), or `broken`: a line that libpam
    cannot use and counts as a failure. `module` is without path and `.so`; `missing`: its file is not on the host.
    """

    kind: Literal["module", "substack", "broken"]
    level: int
    control: Control
    module: str
    args: tuple[str, ...]
    where: str
    missing: bool = False


Chain = tuple[Handler, ...]


class PamFiles:
    """The PAM configuration of a host; reading a service twice gives the same chains."""

    def __init__(self, host: Host) -> None:
        """Look once which directories and modules there are."""
        self._host = host
        self._directories = tuple(path for path in DIRECTORIES if host.is_dir(path))
        self.modules = ModulesOnDisk(host)
        self._lines: dict[str, tuple[Line, ...] | None] = {}

    @property
    def present(self) -> bool:
        """Whether the host has any PAM configuration."""
        return bool(self._directories) or self._host.is_file(SINGLE_FILE)

    def has_service(self, service: str) -> bool:
        """Whether the service has a configuration of its own, rather than that of `other`."""
        return self._service_lines(service) is not None

    def path_of(self, service: str) -> str:
        """The file that configures a service."""
        paths = (f"{top}/{service}" for top in self._directories)
        return next((path for path in paths if self._file(path) is not None), SINGLE_FILE)

    def chain(self, service: str, facility: Facility) -> Chain:
        """The chain that libpam walks: the service's own, or that of `other` when it has none for this facility."""
        own = tuple(islice(self._own_chain(service, facility), _LONGEST_CHAIN))
        return own or tuple(islice(self._own_chain("other", facility), _LONGEST_CHAIN))

    def _own_chain(self, service: str, facility: Facility) -> Iterator[Handler]:
        return self._handlers(self._service_lines(service) or (), facility, 0, 0)

    def _service_lines(self, service: str) -> tuple[Line, ...] | None:
        if self._directories:
            return self._named(service)
        lines = [line for line in self._file(SINGLE_FILE) or () if line.tokens[0].lower() == service.lower()]
        return tuple(Line(line.tokens[1:], line.where) for line in lines) or None

    def _handlers(self, lines: tuple[Line, ...], facility: Facility, depth: int, level: int) -> Iterator[Handler]:
        for line in lines:
            if line.tokens[:1] == ("@include",):
                yield from self._included(line.tokens[1:], line, facility, depth, level)
                continue
            if _facility_of(line, facility if depth else "auth") != facility:
                continue
            keyword = line.tokens[1].lower() if len(line.tokens) > 1 else ""
            if keyword in ("include", "substack"):
                inner = level + (keyword == "substack")
                if keyword == "substack":
                    yield Handler("substack", level, REQUIRED, line.tokens[-1], (), line.where)
                yield from self._included(line.tokens[2:], line, facility, depth, inner)
            else:
                yield self._handler(line, level)

    def _included(
        self, names: tuple[str, ...], line: Line, facility: Facility, depth: int, level: int
    ) -> Iterator[Handler]:
        lines = self._named(names[0]) if names and depth + 1 < _DEEPEST_INCLUDE else None
        if lines is None:
            yield Handler("broken", level, BROKEN, names[0] if names else "", (), line.where)
        else:
            yield from self._handlers(lines, facility, depth + 1, level)

    def _handler(self, line: Line, level: int) -> Handler:
        if line.tokens[0].lstrip("-").lower() not in FACILITIES or len(line.tokens) < 3:  # noqa: PLR2004 - type, control, module
            return Handler("broken", level, BROKEN, line.tokens[-1], (), line.where)
        path = line.tokens[2]
        return Handler(
            "module",
            level,
            parse_control(line.tokens[1]),
            path.rpartition("/")[2].removesuffix(".so"),
            line.tokens[3:],
            line.where,
            missing=not self.modules.has(path),
        )

    def _named(self, name: str) -> tuple[Line, ...] | None:
        """The lines of a service's file, of an absolute path, or nothing when there is no such file."""
        for path in [name] if name.startswith("/") else [f"{top}/{name}" for top in self._directories]:
            lines = self._file(path)
            if lines is not None:
                return lines
        return None

    def _file(self, path: str) -> tuple[Line, ...] | None:
        if path not in self._lines:
            found = self._host.is_file(path)
            self._lines[path] = tuple(logical_lines(path, self._host.lines(path))) if found else None
        return self._lines[path]


def _facility_of(line: Line, misspelt: Facility) -> str:
    """The facility that a line belongs to; one that libpam does not know spoils `auth`, or what asked for the file."""
    word = line.tokens[0].removeprefix("-").lower() if line.tokens else ""
    return word if word in FACILITIES else misspelt
