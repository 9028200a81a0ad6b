"""The kinds of connections that a configuration tells apart, and what each of them gets."""

from typing import NamedTuple

from rongdun_agent.sshd_config.configuration import Configuration
from rongdun_agent.sshd_config.criteria import MatchLine
from rongdun_agent.sshd_config.options import ConfigError, Options
from rongdun_agent.sshd_config.satisfiable import satisfiable
from rongdun_agent.sshd_config.signatures import TooMany

MAX_CONTEXTS = 64


class Kind(NamedTuple):
    """Connections for which just these Match lines apply, and their settings; no line at all is the base."""

    lines: tuple[MatchLine, ...]
    options: Options


def kinds(configuration: Configuration) -> tuple[Kind, ...] | None:
    """The base and each satisfiable set of Match blocks; None when there are more than are worth telling.

    A set that makes the daemon drop the connection (two blocks that contradict each other) is left out.
    """
    try:
        sets = satisfiable(configuration.matches, configuration.build, configuration.names)
    except TooMany:
        return None
    sets.add(frozenset(line for line in configuration.matches if configuration.holds_always(line)))
    if len(sets) > MAX_CONTEXTS:
        return None
    found: dict[tuple[MatchLine, ...], Kind] = {}
    for lines in sorted(sets, key=lambda lines: _order(configuration, lines)):
        kind = _kind(configuration, lines)
        if kind is not None:
            found.setdefault(kind.lines, kind)
    return tuple(found.values()) if () in found else None


def _kind(configuration: Configuration, lines: frozenset[MatchLine]) -> Kind | None:
    applied: list[MatchLine] = []

    def satisfied(line: MatchLine) -> bool:
        met = line.always or line in lines
        if met and not line.always and line not in applied:
            applied.append(line)
        return met

    try:
        options = configuration.settings(satisfied)
    except ConfigError:
        return None
    return Kind(tuple(line for line in applied if not configuration.holds_always(line)), options)


def _order(configuration: Configuration, lines: frozenset[MatchLine]) -> tuple[int, list[int]]:
    places = [place for place, line in enumerate(configuration.matches) if line in lines]
    return len(places), places
