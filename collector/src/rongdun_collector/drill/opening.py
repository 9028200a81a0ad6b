"""Open a drill, end it before its time, freeze what is shown of it."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rongdun_collector.drill.packs import DrillPack
from rongdun_collector.drill.records import Act, Drill
from rongdun_collector.drill.schemes import SchemeFile
from rongdun_collector.drill.terms import By, held, one_line, optional_line, refused
from rongdun_collector.errors import CollectorError
from rongdun_collector.store import drills, register

LONGEST = timedelta(days=60)
SHORTEST_PERIOD_S, LONGEST_PERIOD_S = 1.0, 300.0
PERIOD_S = 5.0
"""How often a watching host looks and checks in; hosts may be configured to do it less often."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A drill that is to be opened; units by id or name."""

    name: str
    units: tuple[str, ...]
    until: datetime
    pack: DrillPack
    scheme: SchemeFile
    period_s: float = PERIOD_S


def open_drill(connection: Connection, plan: Plan, by: By) -> Drill:
    """Open it now; CollectorError where it cannot be. Its pack and scheme are stored as they are at this moment."""
    _check(plan, by)
    drills.hold_orders(connection)
    drill = _planned(plan, _free_units(connection, plan, by), by)
    drills.add_drill(connection, drill, drills.Terms(plan.pack.data, plan.scheme.data))
    drills.write_act(connection, Act(drill.id, 0, by.at, by.name, "opened"))
    return drill


def close_drill(connection: Connection, drill_id: str, by: By, reason: str | None = None) -> Drill:
    """End it before its time: hosts stop to watch, and nothing they do counts from now on."""
    drills.hold_orders(connection)
    drill = held(connection, drill_id)
    if not drill.is_open(by.at):
        raise refused(drill, f"has ended at {drill.ends_at.isoformat()}", "there is nothing to close")
    drills.change_drill(connection, drill.id, closed_at=by.at)
    said = optional_line("reason", reason)
    drills.write_act(connection, Act(drill.id, 0, by.at, by.name, "closed", reason=said))
    return replace(drill, closed_at=by.at)


def freeze_drill(connection: Connection, drill_id: str, by: By, reason: str | None = None) -> Drill:
    """Show it from now on as it stands now; hosts go on to watch, and everything is still written down."""
    drill = held(connection, drill_id)
    if drill.frozen_at is not None:
        raise refused(drill, f"is frozen since {drill.frozen_at.isoformat()}", "unfreeze it first, with a reason")
    drills.change_drill(connection, drill.id, frozen_at=by.at)
    said = optional_line("reason", reason)
    drills.write_act(connection, Act(drill.id, 0, by.at, by.name, "frozen", reason=said))
    return replace(drill, frozen_at=by.at)


def unfreeze_drill(connection: Connection, drill_id: str, by: By, reason: str) -> Drill:
    """Show it as it is again, and say why."""
    drill = held(connection, drill_id)
    if drill.frozen_at is None:
        raise refused(drill, "is not frozen", "there is nothing to unfreeze")
    said = one_line("reason", reason)
    drills.change_drill(connection, drill.id, frozen_at=None)
    drills.write_act(connection, Act(drill.id, 0, by.at, by.name, "unfrozen", reason=said))
    return replace(drill, frozen_at=None)


def _check(plan: Plan, by: By) -> None:
    one_line("name", plan.name)
    if not by.at < plan.until <= by.at + LONGEST:
        what = f"{plan.until.isoformat()} is not ahead, or not within {LONGEST.days} days"
        raise CollectorError("until", what, "name a moment in the days to come")
    if not SHORTEST_PERIOD_S <= plan.period_s <= LONGEST_PERIOD_S:
        remedy = f"from {SHORTEST_PERIOD_S:g} to {LONGEST_PERIOD_S:g} seconds"
        raise CollectorError("period", f"{plan.period_s:g} s", remedy)
    if not plan.units:
        raise CollectorError("units", "no unit is named", "name those whose hosts take part")


def _free_units(connection: Connection, plan: Plan, by: By) -> tuple[str, ...]:
    """The ids of the plan's units; CollectorError for one that is not there, or has another drill open."""
    taken = {unit: drill for drill in drills.list_drills(connection, open_at=by.at) for unit in drill.units}
    found = set()
    for word in plan.units:
        unit = register.find_unit(connection, word)
        if unit is None:
            remedy = "bring it in first: rongdun-collector register import FILE"
            raise CollectorError("unit", f"there is no unit {word!r}", remedy)
        if unit.id in taken:
            what = f"{unit.id} takes part in drill {taken[unit.id].id} ({taken[unit.id].name})"
            raise CollectorError("unit", what, "close that drill first, or leave the unit out")
        found.add(unit.id)
    return tuple(sorted(found))


def _planned(plan: Plan, units: tuple[str, ...], by: By) -> Drill:
    pack, scheme = plan.pack.pack, plan.scheme.scheme
    return Drill(
        id=secrets.token_hex(6),
        name=one_line("name", plan.name),
        opened_at=by.at,
        until=plan.until,
        closed_at=None,
        frozen_at=None,
        pack_id=pack.id,
        pack_version=pack.version,
        pack_digest=plan.pack.digest,
        scheme_id=scheme.id,
        scheme_sha256=scheme.sha256,
        units=units,
        sections=tuple(sorted(pack.needs)),
        period_s=plan.period_s,
        detect_from=scheme.auto.detect_from,
    )
