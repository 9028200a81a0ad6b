"""A daemon's configuration: read once, then asked what it means for a connection."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rongdun_agent.host import Host
from rongdun_agent.sshd_config.arguments import Argument, apply
from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.criteria import Connection, MatchLine, met
from rongdun_agent.sshd_config.finishing import finish, may_override, override
from rongdun_agent.sshd_config.names import Names
from rongdun_agent.sshd_config.options import ConfigError, Options
from rongdun_agent.sshd_config.passes import BadFile, Pass
from rongdun_agent.sshd_config.statements import Library


@dataclass(slots=True)
class Configuration:
    """Globals with defaults filled in; where there are `problems` the daemon would not start: nothing else counts."""

    build: Build
    names: Names
    library: Library
    main: str
    options: Options = field(default_factory=Options)
    matches: tuple[MatchLine, ...] = ()
    problems: tuple[str, ...] = ()
    unknown_keywords: tuple[str, ...] = ()
    may_override: frozenset[str] = frozenset()
    """Settings that a Match block can replace."""

    def settings(self, satisfied: Callable[[MatchLine], bool]) -> Options:
        """The settings where just these Match lines apply; ConfigError when a block leads to nonsense."""
        inner = Options()
        if self.main.lower() != "none":
            Pass(self.library, self.build, self.names, inner, satisfied).run(self.library.file(self.main))
        result = self.options.copy()
        override(result, inner, self.build, self.may_override)
        return result

    def holds_always(self, line: MatchLine) -> bool:
        """Whether the line asks nothing about the connection and is met."""
        nobody = Connection()
        return all(
            criterion.kind in ("all", "version") and met(criterion, nobody, self.build, self.names)
            for criterion in line.criteria
        )

    def for_connection(self, connection: Connection) -> Options:
        """The settings that a connection gets."""
        return self.settings(
            lambda line: all(met(criterion, connection, self.build, self.names) for criterion in line.criteria)
        )


def read_configuration(
    host: Host, build: Build, *, main: str | None = None, arguments: Sequence[Argument] = ()
) -> Configuration:
    """Read as the daemon does at start; what it would refuse is in `problems`, never raised."""
    main = main or build.main_file
    names = Names(host)
    library = Library(host, build)
    configuration = Configuration(build, names, library, main, may_override=may_override(build))
    reading = Pass(library, build, names, configuration.options)
    try:
        for argument in arguments:
            apply(reading, argument)
        if main.lower() != "none":
            reading.run(library.file(main))
        finish(configuration.options, build, names)
    except BadFile:
        pass
    except ConfigError as error:
        reading.problems.append(str(error))
    configuration.problems = tuple(reading.problems)
    configuration.matches = tuple(reading.matches)
    configuration.unknown_keywords = tuple(reading.unknown)
    return configuration
