"""A daemon's configuration: read once, then asked what it means for a connection."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.sshd_config import algorithms, defaults, listening, numbers
from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.criteria import Connection, MatchLine, met
from rongdun_agent.sshd_config.keywords import keywords_of
from rongdun_agent.sshd_config.names import Names
from rongdun_agent.sshd_config.options import ConfigError, Options, Setting
from rongdun_agent.sshd_config.passes import BadFile, Pass
from rongdun_agent.sshd_config.statements import Library

MAIN_FILE = "/etc/ssh/sshd_config"
_NONE_CLEARS = ("authorized_principals_file", "per_source_penalty_exempt_list")
_ENABLED_BY = {
    "publickey": "pubkey_authentication",
    "password": "password_authentication",
    "keyboard-interactive": "kbd_interactive_authentication",
    "hostbased": "hostbased_authentication",
    "gssapi-with-mic": "gssapi_authentication",
    "gssapi-keyex": "gssapi_authentication",
}


class Argument(NamedTuple):
    """An option of the daemon's command line, and where that line is written."""

    flag: str
    """One letter: `o`, `p`, `h`, `c`, `g`, `4`, `6`, `d`, `q`."""
    value: str
    where: str


@dataclass(slots=True)
class Configuration:
    """Globals with defaults filled in; `problems` when the daemon would refuse to start, and then nothing else counts."""

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
        _override(result, inner, self.build, self.may_override)
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
    host: Host, build: Build, *, main: str = MAIN_FILE, arguments: Sequence[Argument] = ()
) -> Configuration:
    """Read as the daemon does at start; what it would refuse is in `problems`, never raised."""
    names = Names(host)
    library = Library(host, build)
    configuration = Configuration(build, names, library, main, may_override=_may_override(build))
    reading = Pass(library, build, names, configuration.options)
    try:
        for argument in arguments:
            _command_line(reading, argument)
        if main.lower() != "none":
            reading.run(library.file(main))
        _finish(configuration.options, build, names)
    except BadFile:
        pass
    except ConfigError as error:
        reading.problems.append(str(error))
    configuration.problems = tuple(reading.problems)
    configuration.matches = tuple(reading.matches)
    configuration.unknown_keywords = tuple(reading.unknown)
    return configuration


def _command_line(reading: Pass, argument: Argument) -> None:
    options, where = reading.options, argument.where
    if argument.flag == "o":
        reading.command_line(argument.value, where)
    elif argument.flag == "p":
        if numbers.port_number(argument.value) is None:
            raise ConfigError(where, f'"{argument.value}" is no port')
        options.add("port", (argument.value,), where)
        options.last("port.fixed", value=True, where=where)
    elif argument.flag in "46":
        options.last("address_family", "inet" if argument.flag == "4" else "inet6", where)
    elif argument.flag in "hc":
        path = argument.value if argument.value.startswith("/") else f"//{argument.value}"
        options.add("host_key" if argument.flag == "h" else "host_certificate", (path,), where)
    elif argument.flag == "g":
        seconds = numbers.seconds(argument.value, signs=reading.build.before(9, 8))
        if seconds is None:
            raise ConfigError(where, f'"{argument.value}" is no time')
        options.last("login_grace_time", seconds, where)
    elif argument.flag in "dq":
        options.last("log_level", "SILENT" if argument.flag == "q" else "DEBUG", where)


def _finish(options: Options, build: Build, names: Names) -> None:
    listening.settle(options, names, f"default of {build.title}")
    defaults.fill(options, build)
    known = {keyword.setting for keyword in keywords_of(build).values()}
    _assemble(options, build, [name for name in algorithms.LISTS_OF if name in known])
    for name in _NONE_CLEARS:
        options.change(name, _cleared)
    options.change("channel_timeout", lambda value: () if _is_none(value) else value)
    if options.get("challenge_response_authentication") == "yes":
        options.settings["kbd_interactive_authentication"] = _implied(options)
    _check(options)


def _cleared(value: object) -> object:
    return "none" if isinstance(value, str) and value.lower() == "none" else value


def _is_none(words: tuple[str, ...]) -> bool:
    return len(words) == 1 and words[0].lower() == "none"


def _implied(options: Options) -> Setting:
    """Challenge-response is done by keyboard-interactive, which it switches on (before OpenSSH 8.7)."""
    by = options.settings["challenge_response_authentication"]
    own = options.settings["kbd_interactive_authentication"]
    return Setting("yes", list(by.where), [*own.lost, *(own.where if own.value != "yes" else [])])


def _assemble(options: Options, build: Build, settings: Iterable[str]) -> None:
    for setting in settings:
        value = algorithms.assembled(setting, options.get(setting), build)
        options.default(setting, value, f"default of {build.title}")
        options.change(setting, lambda _, value=value: value)


def _check(options: Options) -> None:
    for kind in ("keys", "principals"):
        command, user = options.get(f"authorized_{kind}_command"), options.get(f"authorized_{kind}_command_user")
        if command is not None and str(command).lower() != "none" and user == "none":
            where = options.settings[f"authorized_{kind}_command"].where[0]
            raise ConfigError(where, "a command is set without the user who runs it")
    keyless = options.get("host_key_agent") == "none" and options.get("gssapi_key_exchange") != "yes"
    if set(options.get("host_key") or ()) == {"none"} and keyless:
        raise ConfigError(options.settings["host_key"].where[0], "no host key is left")
    methods = options.get("authentication_methods")
    if isinstance(methods, tuple) and methods != ("any",) and not any(_possible(way, options) for way in methods):
        where = options.settings["authentication_methods"].where[0]
        raise ConfigError(where, "the methods that it demands are switched off")


def _possible(way: str, options: Options) -> bool:
    needed = (_ENABLED_BY.get(method.partition(":")[0]) for method in way.split(","))
    return all(setting is None or options.get(setting) != "no" for setting in needed)


def _override(result: Options, inner: Options, build: Build, allowed: frozenset[str]) -> None:
    """Settings of Match blocks take the place of global ones, if they are of a kind that may."""
    for name, setting in inner.settings.items():
        if name in allowed or name.partition(".")[0] in allowed or name.partition(":")[0] in allowed:
            result.override(name, setting)
    for name in ("force_command", "chroot_directory"):
        result.change(name, _cleared)
    # what a Match block wrote is put together with the defaults now, and what was emptied at start becomes the default
    _assemble(result, build, [name for name in algorithms.LISTS_OF if name in inner.settings or result.get(name) == ""])


def _may_override(build: Build) -> frozenset[str]:
    allowed = {keyword.setting for keyword in keywords_of(build).values() if keyword.in_match}
    # the daemon copies the patterns of PermitUserEnvironment, though the keyword itself is global
    allowed.add("permit_user_environment.list")
    if build.before(8, 5):
        allowed.discard("set_env")  # it may stand there, but had no effect
    return frozenset(allowed)
