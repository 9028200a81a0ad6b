"""Units and systems: who answers for a host, and what is graded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select, text

from rongdun_collector.errors import CollectorError
from rongdun_collector.store.tables.hosts import HOSTS
from rongdun_collector.store.tables.register import SYSTEMS, UNITS

_PUT_UNIT = text(
    "INSERT INTO units (id, name, contact) VALUES (:id, :name, :contact) "
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, contact = excluded.contact"
)
_PUT_SYSTEM = text(
    "INSERT INTO systems (id, name, unit, level, critical) VALUES (:id, :name, :unit, :level, :critical) "
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, unit = excluded.unit, level = excluded.level, "
    "critical = excluded.critical"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A responsible unit (责任单位)."""

    id: str
    name: str
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class System:
    """An information system (定级对象): its unit, its level, and whether it is critical infrastructure (CII)."""

    id: str
    name: str
    unit: str
    level: int
    critical: bool = False


Entry = TypeVar("Entry", Unit, System)


def put_units(connection: Connection, units: Iterable[Unit]) -> None:
    """Add units; those whose id is known get the new name and contact."""
    rows = [{"id": unit.id, "name": unit.name, "contact": unit.contact} for unit in units]
    if rows:
        connection.execute(_PUT_UNIT, rows)


def put_systems(connection: Connection, systems: Iterable[System]) -> None:
    """Add systems; those whose id is known are changed."""
    fields = ("id", "name", "unit", "level", "critical")
    rows = [{field: getattr(system, field) for field in fields} for system in systems]
    if rows:
        connection.execute(_PUT_SYSTEM, rows)


def list_units(connection: Connection) -> list[Unit]:
    """All units by id."""
    return [Unit(row.id, row.name, row.contact) for row in connection.execute(select(UNITS).order_by(UNITS.c.id))]


def list_systems(connection: Connection, unit: str | None = None) -> list[System]:
    """All systems by id, or those of one unit."""
    wanted = [] if unit is None else [SYSTEMS.c.unit == unit]
    return [_system(row) for row in connection.execute(select(SYSTEMS).where(*wanted).order_by(SYSTEMS.c.id))]


def find_unit(connection: Connection, word: str) -> Unit | None:
    """The unit of this id or name."""
    row = connection.execute(select(UNITS).where(_called(UNITS, word))).first()
    return None if row is None else Unit(row.id, row.name, row.contact)


def find_system(connection: Connection, word: str) -> System | None:
    """The system of this id or name."""
    row = connection.execute(select(SYSTEMS).where(_called(SYSTEMS, word))).first()
    return None if row is None else _system(row)


def find_place(connection: Connection, unit: str | None, system: str | None) -> tuple[str | None, str | None]:
    """Ids of a unit and a system by id or name; a system implies its unit. CollectorError for what is not there."""
    found_unit = find_unit(connection, unit) if unit else None
    found_system = find_system(connection, system) if system else None
    for kind, asked, found in (("unit", unit, found_unit), ("system", system, found_system)):
        if asked and found is None:
            remedy = "bring it in first: rongdun-collector register import FILE"
            raise CollectorError(kind, f"there is no {kind} {asked!r}", remedy)
    if found_system is None:
        return (found_unit.id if found_unit else None), None
    return (found_unit.id if found_unit else found_system.unit), found_system.id


def hosts_by_unit(connection: Connection) -> dict[str | None, int]:
    """How many hosts each unit answers for; under None those without one."""
    query = select(HOSTS.c.unit, func.count()).where(HOSTS.c.retired_at.is_(None)).group_by(HOSTS.c.unit)
    return {row[0]: row[1] for row in connection.execute(query)}


def _called(table: Table, word: str) -> ColumnElement[bool]:
    return or_(table.c.id == word, table.c.name == word)


def _system(row: object) -> System:
    fields = ("id", "name", "unit", "level", "critical")
    return System(*(getattr(row, field) for field in fields))
