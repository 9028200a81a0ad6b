"""Which part of the fleet a page is about: a unit, a system, a level, or all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy import Connection

from rongdun_collector.store import register
from rongdun_collector.store.fleet import Group
from rongdun_collector.store.hosts import HostFilter
from rongdun_collector.store.register import System, Unit

LEVELS = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form says; a field that was left empty says nothing."""

    unit: str | None
    system: str | None
    level: int | None

    @property
    def parameters(self) -> dict[str, object]:
        """The same as an address has it."""
        return {"unit": self.unit, "system": self.system, "level": self.level}


@dataclass(frozen=True, slots=True)
class Place:
    """What was asked for, what it means, and what else there is to ask for."""

    asked: Asked
    unit: Unit | None
    system: System | None
    units: Sequence[Unit]
    systems: Sequence[System]

    @property
    def everything(self) -> bool:
        """Whether the whole fleet is meant."""
        return self.asked == Asked(None, None, None)

    @property
    def wanted(self) -> HostFilter:
        """The hosts that belong here."""
        return HostFilter(self.asked.unit, self.asked.system, self.asked.level)

    @property
    def names(self) -> Mapping[str, str]:
        """Units by id."""
        return {unit.id: unit.name for unit in self.units}

    def has(self, group: Group) -> bool:
        """Whether these hosts belong here; a unit or system that does not exist has none."""
        asked = self.asked
        return (
            (asked.unit is None or (self.unit is not None and group.unit == self.unit.id))
            and (asked.system is None or (self.system is not None and group.system == self.system.id))
            and (asked.level is None or group.level == asked.level)
        )


def asked_place(
    unit: Annotated[str, Query(max_length=128)] = "",
    system: Annotated[str, Query(max_length=128)] = "",
    level: Annotated[str, Query(max_length=2)] = "",
) -> Asked:
    """What the form says."""
    return Asked(unit or None, system or None, int(level) if level in map(str, LEVELS) else None)


AskedDep = Annotated[Asked, Depends(asked_place)]


def find_place(connection: Connection, asked: Asked) -> Place:
    """What it means, by the register."""
    unit = register.find_unit(connection, asked.unit) if asked.unit else None
    system = register.find_system(connection, asked.system) if asked.system else None
    systems = register.list_systems(connection, unit.id if unit else None)
    return Place(asked, unit, system, register.list_units(connection), systems)
