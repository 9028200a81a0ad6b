"""One unit: the file behind its name, and the assignments in it that matter to us."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from rongdun_agent.systemd_units.syntax import Assignment

State = Literal["regular", "masked", "bad", "unreadable"]
"""`bad`: systemd refuses it, for example a symlink that leads nowhere."""

WANTED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Unit": frozenset(("RefuseManualStop", "SourcePath")),
        "Service": frozenset(
            (
                *("BusName", "DynamicUser", "Restart", "Type", "User"),
                *("ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost"),
                *("ExecReload", "ExecStop", "ExecStopPost"),
            )
        ),
        "Install": frozenset(("Alias", "Also", "DefaultInstance", "RequiredBy", "UpheldBy", "WantedBy")),
        "Timer": frozenset(
            (
                *("OnCalendar", "OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec"),
                "Unit",
            )
        ),
    }
)


class File(NamedTuple):
    """A unit file or drop-in that was read."""

    path: str
    state: State
    assignments: tuple[Assignment, ...] = ()
    content: str | None = None
    """Names all that it says, comments left out."""


class Unit(NamedTuple):
    """What a name leads to: `name` is the unit's own, `file` its file, or the symlink that masks it."""

    name: str
    file: File
