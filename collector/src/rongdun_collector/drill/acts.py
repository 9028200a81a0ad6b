"""What people say in a drill: who takes no part, what was done on purpose, what was nothing, what they have taken.

All of it is written down with who said it and when; to take something back is an act of its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from rongdun_collector.drill.records import Act, ActKind, Drill, SignalObject
from rongdun_collector.drill.said import said_in
from rongdun_collector.drill.telling import stored_key
from rongdun_collector.drill.terms import By, held, one_line, place_in, refused
from rongdun_collector.drill.view import drill_view
from rongdun_collector.errors import CollectorError
from rongdun_collector.store import drills
from rongdun_contract.rules.compiled import parse_compiled

BEFORE_OPENING = timedelta(days=1)
"""A stimulus may have begun before the drill was opened, but not in another year."""


@dataclass(frozen=True, slots=True)
class StimulusSaid:
    """What somebody is known to have done at `t0` (with its zone): on a host, or on some host of a unit."""

    signal: str
    key: str
    t0: datetime
    unit: str | None = None
    host: str | None = None


def exclude(  # noqa: PLR0913 - all by name but the first
    connection: Connection, drill_id: str, *, unit: str | None, host: str | None, reason: str, by: By
) -> Act:
    """A unit, or one host (its unit need not be named), takes no part: nothing of it counts, before or after."""
    return _take_part(connection, drill_id, (unit, host), reason, by, "excluded")


def include(  # noqa: PLR0913 - all by name but the first
    connection: Connection, drill_id: str, *, unit: str | None, host: str | None, reason: str, by: By
) -> Act:
    """What was excluded takes part again, as if it always had."""
    return _take_part(connection, drill_id, (unit, host), reason, by, "included")


def register_stimulus(connection: Connection, drill_id: str, said: StimulusSaid, by: By) -> Act:
    """Note what was done on purpose, so that it can be missed; CollectorError where it cannot have been."""
    drill = held(connection, drill_id)
    signals = _signals(connection, drill)
    if said.signal not in signals:
        raise refused(drill, f"there is no signal {said.signal!r}", f"name one of: {', '.join(sorted(signals))}")
    if not drill.opened_at - BEFORE_OPENING <= said.t0 <= drill.until:
        what = f"t0 {said.t0.isoformat()} is not in the time of the drill"
        raise refused(drill, what, f"from {drill.opened_at.isoformat()} to {drill.until.isoformat()}")
    unit, host = place_in(connection, drill, said.unit, said.host)
    if not said.key.strip():
        raise CollectorError("key", "it is empty", "write what the object will be called")
    key = stored_key(said.key)
    act = Act(drill.id, 0, by.at, by.name, "stimulus", unit, host, said.signal, key, moment=said.t0)
    _refuse_twice(connection, drill, act)
    return drills.write_act(connection, act)


def withdraw_stimulus(connection: Connection, drill_id: str, stimulus: str, reason: str, by: By) -> Act:
    """It was registered by mistake."""
    return _withdraw(connection, drill_id, stimulus, reason, by, ("stimulus", "stimulus withdrawn"))


def mark_false_positive(  # noqa: PLR0913 - all by name but the first
    connection: Connection, drill_id: str, *, reason: str, by: By, found: str | None = None, unit: str | None = None
) -> Act:
    """An object (by id) is nothing, or what a unit reported was and names no object."""
    drill = held(connection, drill_id)
    said = one_line("reason", reason)
    if found is None:
        place, _ = place_in(connection, drill, unit, None)
        return drills.write_act(connection, Act(drill.id, 0, by.at, by.name, "false positive", place, reason=said))
    one = _object(connection, drill, found, by)
    if one.false_positive:
        raise refused(drill, f"object {found} is marked already", "withdraw that mark to make another")
    return drills.write_act(connection, _about(one, by, "false positive", said))


def withdraw_false_positive(connection: Connection, drill_id: str, mark: str, reason: str, by: By) -> Act:
    """It was something after all."""
    return _withdraw(connection, drill_id, mark, reason, by, ("false positive", "false positive withdrawn"))


def acknowledge(connection: Connection, drill_id: str, found: str, by: By) -> Act:
    """Somebody has taken an object (by id) in hand; the first who says so counts."""
    drill = held(connection, drill_id)
    one = _object(connection, drill, found, by)
    if one.acknowledged_at is not None:
        what = f"object {found} was acknowledged by {one.acknowledged_by} at {one.acknowledged_at.isoformat()}"
        raise refused(drill, what, "there is nothing to do")
    return drills.write_act(connection, _about(one, by, "acknowledged", None))


def _refuse_twice(connection: Connection, drill: Drill, act: Act) -> None:
    """One thing that was done is one stimulus, though a form is sent twice: a second could only be missed."""
    done = act.unit, act.host, act.signal, act.key, act.moment
    for one in said_in(drills.acts(connection, drill.id)).stimuli:
        if (one.unit, one.host, one.signal, one.key, one.t0) == done:
            raise refused(drill, f"this is stimulus {one.id} already", "withdraw that, or name another t0")


def _take_part(  # noqa: PLR0913, PLR0917 - passed on as they came
    connection: Connection,
    drill_id: str,
    place: tuple[str | None, str | None],
    reason: str,
    by: By,
    act: Literal["excluded", "included"],
) -> Act:
    drills.hold_orders(connection)
    drill = held(connection, drill_id)
    unit, host = place_in(connection, drill, *place)
    if ((unit, host) in drills.excluded(connection, drill.id)) == (act == "excluded"):
        what = f"{host or unit} is {'excluded already' if act == 'excluded' else 'not excluded'}"
        raise refused(drill, what, "there is nothing to do")
    said = one_line("reason", reason)
    return drills.write_act(connection, Act(drill.id, 0, by.at, by.name, act, unit, host, reason=said))


def _withdraw(  # noqa: PLR0913, PLR0917 - passed on as they came
    connection: Connection, drill_id: str, number: str, reason: str, by: By, kinds: tuple[ActKind, ActKind]
) -> Act:
    drill = held(connection, drill_id)
    kind, withdrawal = kinds
    acts = drills.acts(connection, drill.id)
    found = next((act for act in acts if act.id == number and act.act == kind), None)
    if found is None:
        raise refused(drill, f"there is no {kind} {number!r}", "use an id that the drill shows")
    if any(act.act == withdrawal and act.subject == found.number for act in acts):
        raise refused(drill, f"{kind} {number} is withdrawn already", "there is nothing to do")
    said = one_line("reason", reason)
    act = Act(drill.id, 0, by.at, by.name, withdrawal, found.unit, found.host, subject=found.number, reason=said)
    return drills.write_act(connection, act)


def _object(connection: Connection, drill: Drill, found: str, by: By) -> SignalObject:
    view = drill_view(connection, drill.id, by.at, thawed=True)
    for one in () if view is None else view.objects:
        if one.id == found:
            return one
    raise refused(drill, f"there is no object {found!r}", "use an id that the drill shows")


def _about(one: SignalObject, by: By, act: ActKind, reason: str | None) -> Act:
    return Act(one.drill, 0, by.at, by.name, act, one.unit, one.host, one.signal, one.key, object=one.id, reason=reason)


def _signals(connection: Connection, drill: Drill) -> frozenset[str]:
    terms = drills.load_terms(connection, drill.id)
    return frozenset() if terms is None else frozenset(rule.id for rule in parse_compiled(terms.pack).stable)
