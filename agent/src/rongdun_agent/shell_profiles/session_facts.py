"""A login session as facts: of what root and an ordinary account end up with, the weaker counts."""

import re

from rongdun_agent.shell_profiles.world import UMASK, Variable, World
from rongdun_contract.documents import Source
from rongdun_contract.facts.model import Unknown
from rongdun_contract.facts.password_policy import ShellSession

_UNDECIDED = Unknown(unknown="undecided")
_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,9})")


def session_facts(ordinary: World, root: World) -> tuple[ShellSession, dict[str, Source]]:
    """The facts and the lines that decide them."""
    worlds = (ordinary, root)
    timeouts = [world.get("TMOUT") for world in worlds]
    facts = ShellSession(
        timeout_s=_timeout(timeouts),
        timeout_readonly=_all([timeout.readonly for timeout in timeouts]),
        umask=_umask([world.get(UMASK) for world in worlds]),
        history_size=_history(ordinary.get("HISTSIZE")),
        history_time_format=_all([_given(world.get("HISTTIMEFORMAT")) for world in worlds]),
        library_path_set=_any(
            [_given(world.get(name)) for world in worlds for name in ("LD_LIBRARY_PATH", "LD_PRELOAD")]
        ),
    )
    deciding = {
        "timeout_s": timeouts,
        "umask": [world.get(UMASK) for world in worlds],
        "history_size": [ordinary.get("HISTSIZE")],
        "history_time_format": [world.get("HISTTIMEFORMAT") for world in worlds],
        "library_path_set": [world.get(name) for world in worlds for name in ("LD_LIBRARY_PATH", "LD_PRELOAD")],
    }
    return facts, {name: source for name, found in deciding.items() if (source := _source(found)) is not None}


def _timeout(found: list[Variable]) -> int | Unknown | None:
    """Seconds; absent as soon as one of them never times out. bash reads the digits at the beginning."""
    if any(variable.is_set is False for variable in found):
        return None
    if any(variable.value is None or variable.is_set is None for variable in found):
        return _UNDECIDED
    numbers = [int(match[1]) if (match := _NUMBER.match(variable.value or "")) else 0 for variable in found]
    return 0 if min(numbers) <= 0 else max(numbers)


def _umask(found: list[Variable]) -> str | Unknown:
    """The bits that are taken away from all."""
    mask = 0o777
    for variable in found:
        if variable.value is None:
            return _UNDECIDED
        mask &= int(variable.value, 8)
    return f"{mask:04o}"


def _history(variable: Variable) -> str | Unknown | None:
    if variable.is_set is False:
        return None
    return _UNDECIDED if variable.value is None else variable.value


def _given(variable: Variable) -> bool | None:
    """Whether a variable is set to something."""
    if variable.is_set is False or variable.value == "":
        return False
    return None if variable.value is None or variable.is_set is None else True


def _all(truths: list[bool | None]) -> bool | Unknown:
    if False in truths:
        return False
    return _UNDECIDED if None in truths else True


def _any(truths: list[bool | None]) -> bool | Unknown:
    if True in truths:
        return True
    return _UNDECIDED if None in truths else False


def _source(found: list[Variable]) -> Source | None:
    """The place of the first variable that a file sets."""
    return next((Source(where=each.where, overrides=each.overrides) for each in found if each.where), None)
