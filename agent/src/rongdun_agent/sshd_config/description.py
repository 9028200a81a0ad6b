"""Settings as facts: typed, with their sources."""

from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import Any

from rongdun_agent.redaction import redact
from rongdun_agent.sshd_config.contexts import Kind
from rongdun_agent.sshd_config.numbers import INT_MAX
from rongdun_agent.sshd_config.options import Options, Setting
from rongdun_agent.sshd_config.penalties import COUNTS, OVERFLOWS, TIMES
from rongdun_contract.documents import Source
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.sshd import Context

_COMMA_LISTS = frozenset(
    (
        *("ciphers", "macs", "kex_algorithms", "gssapi_kex_algorithms", "host_key_algorithms"),
        *("pubkey_accepted_algorithms", "hostbased_accepted_algorithms", "ca_signature_algorithms"),
    )
)
_CONVERSIONS: Mapping[str, Callable[[Any], object]] = {
    **dict.fromkeys(_COMMA_LISTS, lambda value: tuple(value.split(","))),
    **dict.fromkeys(("force_command", "authorized_keys_command", "authorized_principals_command"), redact),
    "port": lambda value: tuple(int(number) for number in value),
    "max_startups": lambda value: dict(zip(("begin", "rate", "full"), value, strict=True)),
    "per_source_net_block_size": lambda value: dict(zip(("ipv4", "ipv6"), value, strict=True)),
    "per_source_max_startups": lambda value: None if value == INT_MAX else value,
    "revoked_keys": lambda value: (value,),
    "set_env": lambda value: tuple(map(redact, value)),
    **dict.fromkeys(("channel_timeout", "pubkey_auth_options"), lambda value: value or ("none",)),
}
_LIMIT_FACTORS = ("client_alive_interval", "client_alive_count_max")
_FIELDS = tuple(name for name in Context.model_fields if name not in ("name", "criteria"))


def describe(kind: Kind) -> dict[str, Any]:
    """The context's facts as data for the model."""
    texts = tuple(dict.fromkeys(line.text for line in kind.lines))
    facts: dict[str, Any] = {"name": " + ".join(f"Match {text}" for text in texts) or "base", "criteria": texts}
    for name in _FIELDS:
        value = _value(name, kind.options)
        if value is not None:
            facts[name] = value
    return facts


def _value(name: str, options: Options) -> object:
    if name in _JOINED:
        return _JOINED[name](options)
    if name == "rekey_limit":
        return _parts(name, options, ("data_bytes", "interval_s"))
    if name == "permit_user_environment":
        return options.get("permit_user_environment.list") or options.get(name)
    value = options.get(name)
    if value is None or isinstance(value, Unknown):
        return value
    return _CONVERSIONS[name](value) if name in _CONVERSIONS else value


def _unanswered_limit(options: Options) -> object:
    """After which silence the daemon hangs up; never when one of the two is not positive, whatever the other may be."""
    factors = [options.get(name) for name in _LIMIT_FACTORS]
    known = [factor for factor in factors if isinstance(factor, int)]
    if any(factor <= 0 for factor in known):
        return None
    unknown = [factor for factor in factors if isinstance(factor, Unknown)]
    return unknown[0] if unknown else prod(known)


def _subsystems(options: Options) -> dict[str, str]:
    return {
        name.partition(":")[2]: redact(setting.value)
        for name, setting in options.settings.items()
        if name.startswith("subsystem:")
    }


def _parts(name: str, options: Options, parts: tuple[str, ...]) -> object:
    values = {part: options.get(f"{name}.{part}") for part in parts}
    return next((value for value in values.values() if isinstance(value, Unknown)), values)


def _penalties(options: Options) -> object:
    enabled = options.get("per_source_penalties.enabled")
    if enabled is None or isinstance(enabled, Unknown):
        return enabled
    if enabled == "no":
        return ("no",)
    return tuple(f"{name}:{options.get(f'per_source_penalties.{name}')}" for name in (*TIMES, *COUNTS, *OVERFLOWS))


_JOINED: Mapping[str, Callable[[Options], object]] = {
    "per_source_penalties": _penalties,
    "subsystem": _subsystems,
    "unanswered_limit_s": _unanswered_limit,
}
"""Facts that several settings make up."""


def sources(kind: Kind, prefix: str, default: str) -> Iterator[tuple[str, Source]]:
    """Where the context's facts come from; what is the release's `default` is said once for the whole context."""
    yield prefix, Source(where=default)
    for name, setting in kind.options.settings.items():
        path = f"{prefix}.{_path(name)}"
        if name.endswith((".list", ".fixed", ".enabled")):
            continue
        if setting.where and (setting.where[0] != default or setting.lost):
            yield path, _source(setting)
        if len(set(setting.where)) > 1:
            yield from ((f"{path}[{at}]", Source(where=where)) for at, where in enumerate(setting.where))
    factors = [kind.options.settings[name] for name in _LIMIT_FACTORS if name in kind.options.settings]
    said = [setting for setting in factors if setting.where and setting.where[0] != default]
    if said:
        yield f"{prefix}.unanswered_limit_s", _source(said[0])


def _path(name: str) -> str:
    kind, colon, system = name.partition(":")
    if colon:
        return f'{kind}["{system}"]'
    return name if not name.startswith("per_source_penalties.") else "per_source_penalties"


def _source(setting: Setting) -> Source:
    where = setting.where[0]
    return Source(
        where=where, overrides=tuple(dict.fromkeys(lost for lost in setting.lost if lost not in setting.where))
    )
