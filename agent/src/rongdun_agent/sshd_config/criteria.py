"""Match lines: their criteria, read and weighed."""

from typing import NamedTuple

from rongdun_agent.sshd_config import addresses, patterns
from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.names import Names
from rongdun_agent.sshd_config.numbers import whole_number
from rongdun_agent.sshd_config.words import split_once, split_words

_WITH_ARGUMENT = frozenset(("user", "group", "host", "address", "localaddress", "localport", "rdomain"))
_HIGHEST_PORT = 65535


class Criterion(NamedTuple):
    """One condition; `argument` is empty for `all` and `invalid-user`."""

    kind: str
    argument: str


class MatchLine(NamedTuple):
    """All criteria have to be met."""

    where: str
    text: str
    criteria: tuple[Criterion, ...]

    @property
    def always(self) -> bool:
        """`Match all`."""
        return self.criteria[0].kind == "all"


class BadMatch(ValueError):
    """The daemon would refuse the line."""


class Connection(NamedTuple):
    """Who comes from where; what is None is not known, and criteria about it are not met."""

    user: str | None = None
    host: str | None = None
    address: str | None = None
    local_address: str | None = None
    local_port: int | None = None
    rdomain: str | None = None
    invalid_user: bool = False


def read_match(text: str, where: str, build: Build, names: Names) -> tuple[MatchLine, str]:
    """The line's criteria, and text that was left over; BadMatch when they make no sense."""
    words, left = _words(text, build)
    found: list[Criterion] = []
    at = 0
    while at < len(words):
        kind, equals, argument = words[at].partition("=") if build.since(9, 9) else (words[at], "", "")
        kind = kind.lower()
        at += 1
        if kind == "all":
            if found or at < len(words):
                raise BadMatch("all cannot be combined with other criteria")
        elif kind == "invalid-user" and build.since(9, 9):
            argument = ""
        else:
            if not equals:
                argument = words[at] if at < len(words) else ""
                at += 1
            _check(kind, argument, build, names)
        found.append(Criterion(kind, argument))
    if not found:
        raise BadMatch("a criterion is missing")
    return MatchLine(where, " ".join(text.split()), tuple(found)), left


def _words(text: str, build: Build) -> tuple[list[str], str]:
    if build.since(9, 9):
        return list(split_words(text)), ""
    words: list[str] = []
    rest: str | None = text
    while rest is not None:
        word, rest = split_once(rest)
        if word and word.startswith("#"):
            return words, ""
        if not word:
            break
        words.append(word)
    return words, rest or ""


def _check(kind: str, argument: str, build: Build, names: Names) -> None:
    if not argument or argument.startswith("#"):
        raise BadMatch(f"an argument is missing for {kind}")
    if kind not in _WITH_ARGUMENT and not (kind == "version" and build.since(10, 0)):
        raise BadMatch(f"unsupported criterion {kind}")
    if kind in ("address", "localaddress") and not addresses.well_formed(argument, build):
        raise BadMatch(f'"{argument}" is no list of addresses')
    if kind == "localport" and port_of(argument, names) is None:
        raise BadMatch(f'"{argument}" is no port')


def port_of(text: str, names: Names) -> int | None:
    """A local port by number or by name; 0 is a number too."""
    number = whole_number(text, 0, _HIGHEST_PORT)
    return names.service_port(text) if number is None else number


def at_start(line: MatchLine, build: Build) -> bool:
    """Whether the block applies before any connection is there: `Match all` does.

    OpenSSH 9.9 also applied a block whose only criterion is `invalid-user`; criteria about the program itself hold.
    """
    met = {"all": True, "invalid-user": build.before(10, 0)}
    return all(
        met.get(criterion.kind, False) or (criterion.kind == "version" and _version(criterion.argument, build))
        for criterion in line.criteria
    )


def met(criterion: Criterion, connection: Connection, build: Build, names: Names) -> bool:
    """Whether a connection meets a criterion."""
    kind, argument = criterion
    if kind == "all":
        return True
    if kind == "invalid-user":
        return connection.invalid_user
    if kind == "version":
        return _version(argument, build)
    if kind == "localport":
        return connection.local_port is not None and connection.local_port == port_of(argument, names)
    if kind == "group":
        return connection.user is not None and groups_fit(names.groups(connection.user) or frozenset(), argument)
    value = {
        "user": connection.user,
        "host": connection.host,
        "address": connection.address,
        "localaddress": connection.local_address,
        "rdomain": connection.rdomain,
    }[kind]
    return value is not None and value_fits(kind, value, argument, build)


def value_fits(kind: str, value: str, argument: str, build: Build) -> bool:
    """Whether a name or an address fits a list of patterns."""
    if kind in ("address", "localaddress"):
        return addresses.list_verdict(value, argument, build) == 1
    if kind == "host":
        return patterns.list_verdict(value.lower(), argument, lower=True) == 1
    return patterns.list_verdict(value, argument) == 1


def groups_fit(groups: frozenset[str], argument: str) -> bool:
    """Some group fits, and none is excluded."""
    verdicts = {patterns.list_verdict(group, argument) for group in groups}
    return 1 in verdicts and -1 not in verdicts


def _version(argument: str, build: Build) -> bool:
    return patterns.list_verdict(build.release, argument) == 1
