"""Units and systems."""

from fastapi import APIRouter

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.services import ServicesDep
from rongdun_collector.store import register

router = APIRouter(tags=["register"])


class UnitAnswer(AnswerModel):
    """A responsible unit (责任单位) and how many hosts it answers for."""

    id: str
    name: str
    contact: str | None
    hosts: int


class SystemAnswer(AnswerModel):
    """An information system (定级对象): its level (2, 3, 4), and whether it is critical information infrastructure."""

    id: str
    name: str
    unit: str
    level: int
    critical: bool


class Units(AnswerModel):
    """All of them by id."""

    units: list[UnitAnswer]


class Systems(AnswerModel):
    """All of them by id."""

    systems: list[SystemAnswer]


@router.get("/v1/units")
def get_units(services: ServicesDep) -> Units:
    """List the responsible units."""
    with services.store.read() as connection:
        units, hosts = register.list_units(connection), register.hosts_by_unit(connection)
    return Units(
        units=[
            UnitAnswer(id=unit.id, name=unit.name, contact=unit.contact, hosts=hosts.get(unit.id, 0)) for unit in units
        ]
    )


@router.get("/v1/systems")
def get_systems(services: ServicesDep, unit: str | None = None) -> Systems:
    """List the information systems, or those of one unit."""
    with services.store.read() as connection:
        systems = register.list_systems(connection, unit)
    return Systems(
        systems=[
            SystemAnswer(id=one.id, name=one.name, unit=one.unit, level=one.level, critical=one.critical)
            for one in systems
        ]
    )
