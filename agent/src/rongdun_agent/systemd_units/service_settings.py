"""What a service's unit file says with its drop-ins applied."""

from collections.abc import Sequence
from typing import NamedTuple

from rongdun_agent.systemd_units.syntax import boolean
from rongdun_agent.systemd_units.unit import File
from rongdun_agent.systemd_units.words import commands

_COMMANDS = ("ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost")
_INTERPRETERS = frozenset(("bash", "dash", "ksh", "lua", "node", "perl", "php", "python", "ruby", "sh", "tclsh", "zsh"))


class Said(NamedTuple):
    """A value and where it stands."""

    value: str
    where: str


class ServiceSettings(NamedTuple):
    """The settings that facts are made of; values keep their specifiers (`%i`)."""

    kind: str
    """`Type=`, by its default where it is not set."""
    user: Said | None
    dynamic_user: bool
    programs: tuple[str, ...]
    """What `ExecStart=` starts."""
    programs_where: str | None
    touched: tuple[str, ...]
    """Absolute paths of all programs and scripts that any `Exec…=` starts."""
    restart: Said | None
    refuse_manual_stop: Said | None

    @property
    def refuses_manual_stop(self) -> bool:
        """The truth of `RefuseManualStop=`."""
        return self.refuse_manual_stop is not None and boolean(self.refuse_manual_stop.value) is True


def read_settings(main: File, drop_ins: Sequence[File]) -> ServiceSettings:
    """Resolve a unit's main file and its drop-ins, in the order in which they apply."""
    said: dict[str, list[Said]] = {}
    for file in (main, *drop_ins):
        for one in file.assignments:
            said.setdefault(one.key, []).append(Said(one.value, f"{file.path}:{one.line}"))
    counting = {key: _gathered(said[key]) for key in _COMMANDS if key in said}
    lines = {key: [command for one in of for command in commands(one.value)] for key, of in counting.items()}
    starts = lines.get("ExecStart", [])
    truth = _truth(said.get("DynamicUser", ()))
    return ServiceSettings(
        kind=_kind(_last(said.get("Type", ())), started=bool(starts), named="BusName" in said),
        user=_last(said.get("User", ())),
        dynamic_user=truth is not None and boolean(truth.value) is True,
        programs=tuple(dict.fromkeys(command[0] for command in starts)),
        programs_where=counting["ExecStart"][0].where if starts else None,
        touched=tuple(dict.fromkeys(path for of in lines.values() for command in of for path in _files(command))),
        restart=_last(said.get("Restart", ())),
        refuse_manual_stop=_truth(said.get("RefuseManualStop", ())),
    )


def _kind(said: Said | None, *, started: bool, named: bool) -> str:
    if said:
        return said.value
    return "dbus" if named else "simple" if started else "oneshot"


def _last(said: Sequence[Said]) -> Said | None:
    """The last one counts, and an empty one brings back the default."""
    return said[-1] if said and said[-1].value else None


def _gathered(said: Sequence[Said]) -> list[Said]:
    """All count that come after the last empty one."""
    empty = max((index for index, one in enumerate(said) if not one.value), default=-1)
    return list(said[empty + 1 :])


def _truth(said: Sequence[Said]) -> Said | None:
    """The last that is a truth value; others are ignored."""
    return next((one for one in reversed(said) if boolean(one.value) is not None), None)


def _files(command: list[str]) -> list[str]:
    """The program, and the script that an interpreter is given."""
    found = [path for path in command[:1] if path.startswith("/") and "%" not in path]
    if command[0].rpartition("/")[2].rstrip("0123456789.") in _INTERPRETERS:
        script = next((word for word in command[1:] if not word.startswith("-")), "")
        found += [script] if script.startswith("/") and not any(char in script for char in "% ;&|") else []
    return found
