"""What `rongdun-collector drill` prints."""

import argparse
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from rongdun_collector.config import Settings
from rongdun_collector.drill.figures import host_state
from rongdun_collector.drill.records import DrillView, SignalObject
from rongdun_collector.drill.scored import read_scored
from rongdun_collector.drill.terms import By
from rongdun_collector.drill.view import drill_view
from rongdun_collector.errors import CollectorError
from rongdun_collector.store import drills

REMEDY = "see: rongdun-collector drill list"


def list_drills(_options: argparse.Namespace, _settings: Settings, connection: Connection, by: By) -> None:
    """Every drill, the latest first."""
    rows = [
        (
            one.id,
            "open" if one.is_open(by.at) else "ended",
            _moment(one.opened_at),
            _moment(one.ends_at),
            one.name,
            " ".join(one.units),
        )
        for one in drills.list_drills(connection)
    ]
    _table(("DRILL", "STATE", "OPENED", "ENDS", "NAME", "UNITS"), rows)


def show_drill(options: argparse.Namespace, _settings: Settings, connection: Connection, by: By) -> None:
    """A drill as it stands, or stood."""
    view = drill_view(connection, options.drill, by.at)
    if view is None:
        raise CollectorError("drill", f"there is no drill {options.drill!r}", REMEDY)
    _head(view)
    hosts = [(one.hostname, one.unit, host_state(one), _seconds(one.lag_s), one.excluded or "") for one in view.hosts]
    _table(("HOST", "UNIT", "STATE", "LAG", "EXCLUDED"), hosts)
    names = {one.host: one.hostname for one in view.hosts}
    _table(("OBJECT", "HOST", "SIGNAL", "KEY", "DETECTED", "DETECT", "DISPOSE", ""), _objects(view, names))
    missed = [(one.stimulus, one.unit, one.signal, one.key, _moment(one.t0)) for one in view.missed]
    _table(("MISSED", "UNIT", "SIGNAL", "KEY", "T0"), missed)


def show_score(options: argparse.Namespace, _settings: Settings, connection: Connection, by: By) -> None:
    """The points of a drill by unit."""
    found = read_scored(connection, options.drill, by.at)
    if found is None:
        raise CollectorError("drill", f"there is no drill {options.drill!r}", REMEDY)
    _head(found.view)
    rows = [("-" if one.rank is None else str(one.rank), one.unit, str(one.points)) for one in found.units]
    _table(("RANK", "UNIT", "POINTS"), rows)


def show_acts(options: argparse.Namespace, _settings: Settings, connection: Connection, _by: By) -> None:
    """Who did what and when."""
    if drills.find_drill(connection, options.drill) is None:
        raise CollectorError("drill", f"there is no drill {options.drill!r}", REMEDY)
    rows = [
        (act.id, _moment(act.at), act.by, act.act, act.host or act.unit or "", act.key or "", act.reason or "")
        for act in drills.acts(connection, options.drill)
    ]
    _table(("ACT", "AT", "BY", "WHAT", "WHERE", "KEY", "REASON"), rows)


def _head(view: DrillView) -> None:
    drill = view.drill
    frozen = " (frozen)" if drill.frozen_at is not None else ""
    print(f"{drill.name}: {drill.pack_id} {drill.pack_version}, scheme {drill.scheme_id}")
    print(f"as of {_moment(view.as_of)}{frozen}; it ends {_moment(drill.ends_at)}")


def _objects(view: DrillView, names: dict[str, str]) -> list[tuple[str, ...]]:
    return [
        (
            one.id,
            names.get(one.host, one.host),
            one.signal,
            one.key,
            _moment(one.detected_at),
            _seconds(one.detect_s),
            _seconds(one.dispose_s),
            _remark(one),
        )
        for one in view.objects
    ]


def _remark(one: SignalObject) -> str:
    said = [f"excluded: {one.excluded}"] if one.excluded else []
    said += ["false positive"] if one.false_positive else []
    said += [f"reopened {one.reopened}"] if one.reopened else []
    return ", ".join(said)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    rows = [[_shown(text) for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    print()


def _shown(text: str) -> str:
    """Text that does nothing to a terminal: who breaks into a host chooses what his things are called."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
