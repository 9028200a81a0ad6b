"""A configuration as the section's facts: one reading, or two where the version is unknown and both have to agree."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.sshd_config.build import OLD_DIALECT, Build
from rongdun_agent.sshd_config.configuration import Configuration, read_configuration
from rongdun_agent.sshd_config.contexts import Kind, kinds
from rongdun_agent.sshd_config.description import describe, sources
from rongdun_agent.sshd_config.launch import Launch
from rongdun_agent.sshd_config.options import UNDECIDED
from rongdun_contract.documents import Source
from rongdun_contract.facts import Unknown

_ABSENT = object()


class Reading(NamedTuple):
    """What the configuration says by the rules of one release."""

    valid: bool | Unknown
    problems: tuple[str, ...]
    files: tuple[str, ...]
    listening: tuple[str, ...] | Unknown
    contexts: list[dict[str, Any]] | Unknown
    sources: Mapping[str, Source]


def read(host: Host, build: Build, started: Launch) -> Reading:
    """By the rules of the installed release; where that is unknown, what the old and the new rules agree on."""
    found = _read(host, build, started)
    if build.number is None:
        return _agreed(found, _read(host, build._replace(dialect=OLD_DIALECT), started))
    return found


def _read(host: Host, build: Build, started: Launch) -> Reading:
    configuration = read_configuration(host, build, main=started.line.main, arguments=started.line.arguments)
    files = configuration.library.read
    found = None
    if not configuration.problems and not _unclear_includes(configuration):
        found = kinds(configuration)
    listening, places = _listening(started, found)
    if found is not None:
        for at, kind in enumerate(found):
            places |= dict(sources(kind, f"contexts[{at}]", f"default of {build.title}"))
    valid: bool | Unknown = not configuration.problems
    if valid and configuration.unknown_keywords:
        valid = UNDECIDED
    contexts = UNDECIDED if found is None else [describe(kind) for kind in found]
    return Reading(valid, configuration.problems, files, listening, contexts, places)


def _unclear_includes(configuration: Configuration) -> bool:
    """The first releases with Include treat Match blocks in included files in ways of their own."""
    build = configuration.build
    early = build.since(8, 2) and build.before(8, 4)
    return early and any(not line.where.startswith(f"{configuration.main}:") for line in configuration.matches)


def _listening(started: Launch, found: tuple[Kind, ...] | None) -> tuple[tuple[str, ...] | Unknown, dict[str, Source]]:
    if started.listening is not None:
        words = started.listening
        places = {f"listening[{at}]": Source(where=word.where) for at, word in enumerate(words)}
        return tuple(word.text for word in words), places
    if found is None:
        return UNDECIDED, {}
    setting = found[0].options.settings["listen_address"]
    if isinstance(setting.value, Unknown):
        return setting.value, {}
    return setting.value, {f"listening[{at}]": Source(where=where) for at, where in enumerate(setting.where)}


def _agreed(new: Reading, old: Reading) -> Reading:
    contexts = new.contexts
    if isinstance(contexts, Unknown) or isinstance(old.contexts, Unknown) or _titles(contexts) != _titles(old.contexts):
        contexts = UNDECIDED
    else:
        contexts = [_common(one, other) for one, other in zip(contexts, old.contexts, strict=True)]
    return new._replace(
        valid=new.valid if new.valid == old.valid else UNDECIDED,
        problems=new.problems if new.valid == old.valid else (),
        listening=new.listening if new.listening == old.listening else UNDECIDED,
        contexts=contexts,
    )


def _titles(contexts: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in contexts]


def _common(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {
        name: one[name] if one.get(name, _ABSENT) == other.get(name, _ABSENT) else UNDECIDED
        for name in dict.fromkeys((*one, *other))
    }
