"""Drills as they are stored, and what people did in them."""

import json
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from rongdun_collector.drill.records import Act, DetectFrom, Drill
from rongdun_collector.store.tables.drills import DRILL_ACTS, DRILL_REVISION, DRILL_UNITS, DRILLS

_D, _A = DRILLS.c, DRILL_ACTS.c
_SHOWN = [column for column in DRILLS.c if column.name not in {"pack_data", "scheme_data", "acts"}]


@dataclass(frozen=True, slots=True)
class Terms:
    """The pack and the scheme of a drill, whole: compiled JSON, and the bytes of the file."""

    pack: bytes
    scheme: bytes


def revision(connection: Connection) -> int:
    """A number that is greater after each change of what hosts are told."""
    return int(connection.scalar(select(DRILL_REVISION.c.revision)) or 0)


def hold_orders(connection: Connection) -> None:
    """From now until the transaction ends nobody else changes what hosts are told; all processes will notice."""
    connection.execute(update(DRILL_REVISION).values(revision=DRILL_REVISION.c.revision + 1))


def hold_drill(connection: Connection, drill: str) -> None:
    """From now until the transaction ends nobody else acts in this drill."""
    connection.execute(update(DRILLS).where(_D.id == drill).values(acts=_D.acts))


def add_drill(connection: Connection, drill: Drill, terms: Terms) -> None:
    """Store a new drill."""
    row = {column.name: getattr(drill, column.name) for column in _SHOWN}
    row |= {"sections": json.dumps(drill.sections), "acts": 0}
    row |= {"pack_data": zlib.compress(terms.pack), "scheme_data": zlib.compress(terms.scheme)}
    connection.execute(insert(DRILLS), row)
    connection.execute(insert(DRILL_UNITS), [{"drill": drill.id, "unit": unit} for unit in drill.units])


def change_drill(connection: Connection, drill: str, **values: datetime | None) -> None:
    """Close, freeze, or let a drill go on."""
    connection.execute(update(DRILLS).where(_D.id == drill).values(**values))


def find_drill(connection: Connection, drill: str) -> Drill | None:
    """The drill of this id."""
    row = connection.execute(select(*_SHOWN).where(_D.id == drill)).first()
    return None if row is None else _drill(row, _units(connection, [drill])[drill])


def list_drills(connection: Connection, open_at: datetime | None = None) -> list[Drill]:
    """All drills, the latest first, or those that are open at a moment."""
    query = select(*_SHOWN).order_by(_D.opened_at.desc(), _D.id)
    if open_at is not None:
        query = query.where(_D.until > open_at, _D.closed_at.is_(None))
    rows = connection.execute(query).all()
    units = _units(connection, [row.id for row in rows])
    return [_drill(row, units[row.id]) for row in rows]


def load_terms(connection: Connection, drill: str) -> Terms | None:
    """The pack and the scheme that a drill was opened with."""
    row = connection.execute(select(_D.pack_data, _D.scheme_data).where(_D.id == drill)).first()
    return None if row is None else Terms(zlib.decompress(row.pack_data), zlib.decompress(row.scheme_data))


def write_act(connection: Connection, act: Act) -> Act:
    """Write down what somebody did, as the next of the drill's acts; its number in the argument does not matter.

    Acts of a drill are written one after the other; their numbers are their order, whatever the clocks of several
    collectors say.
    """
    counted = update(DRILLS).where(_D.id == act.drill).values(acts=_D.acts + 1)
    connection.execute(counted)
    number = connection.scalar(select(_D.acts).where(_D.id == act.drill))
    values: dict[str, Any] = {column.name: getattr(act, column.name) for column in DRILL_ACTS.c} | {"number": number}
    connection.execute(insert(DRILL_ACTS), values)
    return Act(**values)


def acts(connection: Connection, drill: str) -> list[Act]:
    """What people did in a drill, in order."""
    query = select(DRILL_ACTS).where(_A.drill == drill).order_by(_A.number)
    return [Act(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name for it


def count_acts(connection: Connection, drill: str) -> int:
    """How many acts there are in a drill: another number, another drill."""
    return int(connection.scalar(select(_D.acts).where(_D.id == drill)) or 0)


def excluded(connection: Connection, drill: str) -> dict[tuple[str, str | None], Act]:
    """The units and hosts that take no part now, each with the act that says why; a unit as a whole has no host."""
    query = select(DRILL_ACTS).where(_A.drill == drill, _A.act.in_(("excluded", "included"))).order_by(_A.number)
    return standing_exclusions(Act(**row._mapping) for row in connection.execute(query))  # noqa: SLF001 - as above


def standing_exclusions(said: Iterable[Act]) -> dict[tuple[str, str | None], Act]:
    """The exclusions that nobody took back, from acts in order."""
    found: dict[tuple[str, str | None], Act] = {}
    for act in said:
        place = (act.unit or "", act.host)
        if act.act == "excluded":
            found[place] = act
        elif act.act == "included":
            found.pop(place, None)
    return found


def _units(connection: Connection, wanted: Collection[str]) -> dict[str, tuple[str, ...]]:
    query = select(DRILL_UNITS).where(DRILL_UNITS.c.drill.in_(wanted)).order_by(DRILL_UNITS.c.unit)
    found: dict[str, tuple[str, ...]] = dict.fromkeys(wanted, ())
    for row in connection.execute(query):
        found[row.drill] += (row.unit,)
    return found


def _drill(row: Row[Any], units: tuple[str, ...]) -> Drill:
    said = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    detect_from: DetectFrom = "receive" if said["detect_from"] == "receive" else "ack"
    return Drill(**said | {"units": units, "sections": tuple(json.loads(said["sections"])), "detect_from": detect_from})
