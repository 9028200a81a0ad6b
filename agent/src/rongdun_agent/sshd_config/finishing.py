"""What the daemon does with its globals once all is read: defaults, algorithms, and checks across keywords."""

from collections.abc import Iterable

from rongdun_agent.sshd_config import algorithms, defaults, listening
from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.keywords import keywords_of
from rongdun_agent.sshd_config.names import Names
from rongdun_agent.sshd_config.options import UNDECIDED, ConfigError, Options, Setting

_NONE_CLEARS = ("authorized_principals_file", "per_source_penalty_exempt_list")
_ENABLED_BY = {
    "publickey": "pubkey_authentication",
    "password": "password_authentication",
    "keyboard-interactive": "kbd_interactive_authentication",
    "hostbased": "hostbased_authentication",
    "gssapi-with-mic": "gssapi_authentication",
    "gssapi-keyex": "gssapi_authentication",
}


def finish(options: Options, build: Build, names: Names) -> None:
    """Complete the globals after the first reading; ConfigError when the daemon would end here."""
    listening.settle(options, names, f"default of {build.title}")
    defaults.fill(options, build)
    known = {keyword.setting for keyword in keywords_of(build).values()}
    _assemble(options, build, [name for name in algorithms.LISTS_OF if name in known])
    for name in _NONE_CLEARS:
        options.change(name, _cleared)
    options.change("channel_timeout", lambda value: () if _is_none(value) else value)
    _imply_keyboard(options)
    _check(options)


def _cleared(value: object) -> object:
    return "none" if isinstance(value, str) and value.lower() == "none" else value


def _is_none(words: tuple[str, ...]) -> bool:
    return len(words) == 1 and words[0].lower() == "none"


def _imply_keyboard(options: Options) -> None:
    """Challenge-response is done by keyboard-interactive, which it switches on (before OpenSSH 8.7)."""
    by = options.settings.get("challenge_response_authentication")
    if by is None or by.value == "no":
        return
    own = options.settings["kbd_interactive_authentication"]
    lost = [*own.lost, *(own.where if own.value != by.value else [])]
    if own.value != "yes":
        options.settings["kbd_interactive_authentication"] = Setting(by.value, list(by.where), lost)


def _assemble(options: Options, build: Build, settings: Iterable[str]) -> None:
    for setting in settings:
        value = algorithms.assembled(setting, options.get(setting), build)
        options.default(setting, value, f"default of {build.title}")
        options.settings[setting].value = value


def _check(options: Options) -> None:
    for kind in ("keys", "principals"):
        command, user = options.get(f"authorized_{kind}_command"), options.get(f"authorized_{kind}_command_user")
        if isinstance(command, str) and command.lower() != "none" and user in ("none", UNDECIDED):
            where = options.settings[f"authorized_{kind}_command"].where[0]
            raise ConfigError(where, "a command is set without the user who runs it")
    keyless = options.get("host_key_agent") == "none" and options.get("gssapi_key_exchange") != "yes"
    keys = options.get("host_key")
    if isinstance(keys, tuple) and set(keys) == {"none"} and keyless:
        raise ConfigError(options.settings["host_key"].where[0], "no host key is left")
    methods = options.get("authentication_methods")
    if isinstance(methods, tuple) and methods != ("any",) and not any(_possible(way, options) for way in methods):
        where = options.settings["authentication_methods"].where[0]
        raise ConfigError(where, "the methods that it demands are switched off")


def _possible(way: str, options: Options) -> bool:
    needed = (_ENABLED_BY.get(method.partition(":")[0]) for method in way.split(","))
    return all(setting is None or options.get(setting) != "no" for setting in needed)


def override(result: Options, inner: Options, build: Build, allowed: frozenset[str]) -> None:
    """Settings of Match blocks take the place of global ones, if they are of a kind that may."""
    for name, setting in inner.settings.items():
        if name in allowed or name.partition(".")[0] in allowed or name.partition(":")[0] in allowed:
            result.override(name, setting)
    for name in ("force_command", "chroot_directory"):
        result.change(name, _cleared)
    # what a Match block wrote is put together with the defaults now, and what was emptied at start becomes the default
    _assemble(result, build, [name for name in algorithms.LISTS_OF if name in inner.settings or result.get(name) == ""])


def may_override(build: Build) -> frozenset[str]:
    """Settings that Match blocks of this release can replace."""
    allowed = {keyword.setting for keyword in keywords_of(build).values() if keyword.in_match}
    # the daemon copies the patterns of PermitUserEnvironment, though the keyword itself is global
    allowed.add("permit_user_environment.list")
    if build.before(8, 5):
        allowed.discard("set_env")  # it may stand there, but had no effect
    return frozenset(allowed)
