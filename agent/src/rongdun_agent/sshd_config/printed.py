"""Settings as the lines that `sshd -T` prints, which is what our tests compare."""

from collections.abc import Callable, Iterator
from typing import Any

from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.keywords import keywords_of
from rongdun_agent.sshd_config.numbers import INT_MAX
from rongdun_agent.sshd_config.options import Options
from rongdun_agent.sshd_config.penalties import COUNTS, OVERFLOWS, TIMES

_ONE_LINE_EACH = frozenset(
    (
        "host_key",
        "host_certificate",
        "allow_users",
        "deny_users",
        "allow_groups",
        "deny_groups",
        "accept_env",
        "set_env",
    )
) | {"port", "listen_address"}
_OLD_NAMES = {
    "pubkey_accepted_algorithms": "pubkeyacceptedkeytypes",
    "hostbased_accepted_algorithms": "hostbasedacceptedkeytypes",
}
_FORMATS: dict[str, Callable[[Any], str]] = {
    "stream_local_bind_mask": lambda value: f"0{value:o}",
    "unused_connection_timeout": lambda value: str(value) if value else "none",
    "max_startups": lambda value: ":".join(map(str, value)),
    "per_source_max_startups": lambda value: "none" if value == INT_MAX else str(value),
    "per_source_net_block_size": lambda value: ":".join(map(str, value)),
    "channel_timeout": lambda value: " ".join(value) or "none",
    "pubkey_auth_options": lambda value: " ".join(value) or "none",
}


def printed(options: Options, build: Build) -> tuple[str, ...]:
    """Lines in no particular order, except that those of one keyword keep theirs."""
    names = {keyword.setting: None for keyword in keywords_of(build).values() if keyword.setting}
    return tuple(line for name in names for line in _lines(name, options, build))


def _lines(name: str, options: Options, build: Build) -> Iterator[str]:
    word = _OLD_NAMES[name] if name in _OLD_NAMES and build.before(8, 5) else name.replace("_", "")
    value = options.get(name)
    if name == "subsystem":
        for setting in options.settings:
            kind, colon, system = setting.partition(":")
            if colon and kind == "subsystem":
                yield f"subsystem {system} {options.get(setting)}"
    elif name == "rekey_limit":
        yield f"rekeylimit {options.get('rekey_limit.data_bytes')} {options.get('rekey_limit.interval_s')}"
    elif name == "per_source_penalties":
        yield f"persourcepenalties {_penalties(options)}"
    elif name == "permit_user_environment":
        yield f"{word} {options.get('permit_user_environment.list') or value}"
    elif name in _ONE_LINE_EACH:
        nothing = "(null)" if name.startswith("host_") else "none"
        yield from (f"{word} {nothing if item == 'none' else item}" for item in value or ())
    elif (
        name == "rdomain"
        or (name == "debian_banner" and build.before(9, 9))
        or value is None
        or (name == "channel_timeout" and not value and build.before(9, 5))
    ):
        pass
    elif name in _FORMATS:
        yield f"{word} {_FORMATS[name](value)}"
    else:
        yield f"{word} {' '.join(value) if isinstance(value, tuple) else value}"


def _penalties(options: Options) -> str:
    if options.get("per_source_penalties.enabled") == "no":
        return "no"
    return " ".join(f"{name}:{options.get(f'per_source_penalties.{name}')}" for name in (*TIMES, *COUNTS, *OVERFLOWS))
