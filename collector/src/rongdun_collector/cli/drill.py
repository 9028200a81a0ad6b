"""rongdun-collector drill."""

import argparse
import getpass
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection

from rongdun_collector.cli.database import add_database_arguments, opened, settings_of, utc_now
from rongdun_collector.cli.drill_tables import list_drills, show_acts, show_drill, show_score
from rongdun_collector.cli.durations import duration
from rongdun_collector.config import Settings
from rongdun_collector.drill import acts, opening
from rongdun_collector.drill.acts import StimulusSaid
from rongdun_collector.drill.evaluation import Evaluation
from rongdun_collector.drill.opening import PERIOD_S, Plan
from rongdun_collector.drill.packs import DrillPack, read_pack, read_packs
from rongdun_collector.drill.schemes import SchemeFile, read_scheme_file, read_shelf
from rongdun_collector.drill.terms import By, held
from rongdun_collector.errors import CollectorError
from rongdun_collector.store import drill_episodes
from rongdun_contract.rules.problems import PackError

Done = Callable[[argparse.Namespace, Settings, Connection, By], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", required=True)
    _add_opening(actions)
    listing = actions.add_parser("list", help="list the drills")
    one = [listing]
    for name, says in _ONE_DRILL.items():
        action = actions.add_parser(name, help=says)
        action.add_argument("drill", help="its id")
        one.append(action)
        _ARGUMENTS.get(name, _no_more)(action)
    for action in one:
        add_database_arguments(action)


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Do what was asked, in the name of whoever is logged in on this machine."""
    settings = settings_of(options, environment)
    by = By(f"{_user()} (command)", utc_now())
    reads = options.action in _READS
    with opened(settings) as store, store.read() if reads else store.write() as connection:
        {**_READS, **_ACTS}[options.action](options, settings, connection, by)
    if options.action == "recompute":
        _evaluate(options, settings)
    return 0


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account that only a number stands for
        return f"uid {os.getuid()}"


def _evaluate(options: argparse.Namespace, settings: Settings) -> None:
    looks = 0
    with opened(settings) as store:
        evaluation = Evaluation(store)
        while found := evaluation.work_off():
            looks += found
    print(f"drill {options.drill} is found again from {looks} looks")


def _add_opening(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    action = actions.add_parser("open", help="open a drill: hosts of its units watch until it ends")
    action.add_argument("name", help="what people call it")
    action.add_argument("--unit", action="append", required=True, help="id or name of a unit (may be repeated)")
    when = action.add_mutually_exclusive_group(required=True)
    when.add_argument("--until", type=_moment, help="when it ends, such as 2026-06-30T18:00:00+08:00")
    when.add_argument("--for", dest="span", type=duration, help="how long it lasts: 30m, 12h, 7d")
    action.add_argument("--pack", help="a pack of kind drill: its id, its folder or its built file")
    action.add_argument("--scheme", help="a scoring scheme: its id or its file")
    action.add_argument("--period-s", type=float, default=PERIOD_S, help=f"how often hosts look (default {PERIOD_S:g})")
    add_database_arguments(action)


def _open(options: argparse.Namespace, settings: Settings, connection: Connection, by: By) -> None:
    until = options.until or by.at + options.span
    pack, scheme = _pack(options.pack, settings), _scheme(options.scheme, settings)
    plan = Plan(options.name, tuple(options.unit), until, pack, scheme, options.period_s)
    drill = opening.open_drill(connection, plan, by)
    print(f"drill {drill.id} is open until {drill.until:%Y-%m-%d %H:%M} UTC for {', '.join(drill.units)}")


def _recompute(options: argparse.Namespace, _settings: Settings, connection: Connection, _by: By) -> None:
    drill = held(connection, options.drill)
    drill_episodes.forget(connection, drill.id)


def _close(options: argparse.Namespace, _settings: Settings, connection: Connection, by: By) -> None:
    drill = opening.close_drill(connection, options.drill, by, options.reason)
    print(f"drill {drill.id} is closed; hosts stop to watch with their next check-in")


def _freeze(options: argparse.Namespace, _settings: Settings, connection: Connection, by: By) -> None:
    drill = opening.freeze_drill(connection, options.drill, by, options.reason)
    print(f"drill {drill.id} is shown from now on as it stands now")


def _unfreeze(options: argparse.Namespace, _settings: Settings, connection: Connection, by: By) -> None:
    drill = opening.unfreeze_drill(connection, options.drill, by, options.reason)
    print(f"drill {drill.id} is shown as it is")


def _exclude(options: argparse.Namespace, _settings: Settings, connection: Connection, by: By) -> None:
    change = acts.include if options.again else acts.exclude
    act = change(connection, options.drill, unit=options.unit, host=options.host, reason=options.reason, by=by)
    print(f"{act.host or act.unit} takes {'part again' if options.again else 'no part'}")


def _stimulus(options: argparse.Namespace, _settings: Settings, connection: Connection, by: By) -> None:
    said = StimulusSaid(options.signal, options.key, options.t0 or by.at, options.unit, options.host)
    act = acts.register_stimulus(connection, options.drill, said, by)
    print(f"stimulus {act.id} is registered")


def _false_positive(options: argparse.Namespace, _settings: Settings, connection: Connection, by: By) -> None:
    if options.withdraw:
        acts.withdraw_false_positive(connection, options.drill, options.withdraw, options.reason, by)
        print(f"mark {options.withdraw} is withdrawn")
        return
    act = acts.mark_false_positive(
        connection, options.drill, found=options.object, unit=options.unit, reason=options.reason, by=by
    )
    print(f"mark {act.id} is made")


def _acknowledge(options: argparse.Namespace, _settings: Settings, connection: Connection, by: By) -> None:
    act = acts.acknowledge(connection, options.drill, options.object, by)
    print(f"{act.signal} {act.key} on {act.host} is acknowledged")


def _reason(action: argparse.ArgumentParser, *, required: bool = True) -> None:
    action.add_argument("--reason", required=required, help="why, in a line")


def _place(action: argparse.ArgumentParser) -> None:
    action.add_argument("--unit", help="id or name of a unit")
    action.add_argument("--host", help="id of a host")


def _excluding(action: argparse.ArgumentParser) -> None:
    _place(action)
    _reason(action)
    action.add_argument("--again", action="store_true", help="take the exclusion back")


def _stimulating(action: argparse.ArgumentParser) -> None:
    _place(action)
    action.add_argument("--signal", required=True, help="id of the signal that should name it")
    action.add_argument("--key", required=True, help="what its object is called")
    action.add_argument("--t0", type=_moment, help="when it began, with its zone (default: now)")


def _marking(action: argparse.ArgumentParser) -> None:
    about = action.add_mutually_exclusive_group(required=True)
    about.add_argument("--object", help="id of the object that is nothing")
    about.add_argument("--unit", help="id or name of the unit whose report named no object")
    about.add_argument("--withdraw", metavar="ID", help="id of a mark to take back")
    _reason(action)


def _acknowledging(action: argparse.ArgumentParser) -> None:
    action.add_argument("object", help="its id")


def _no_more(_action: argparse.ArgumentParser) -> None:
    """Nothing but the drill."""


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found


def _pack(asked: str | None, settings: Settings) -> DrillPack:
    if asked is not None and Path(asked).exists():
        return read_pack(Path(asked))
    packs = read_packs(settings.drill_packs)
    wanted = asked or (next(iter(packs)) if len(packs) == 1 else None)
    if wanted is None or wanted not in packs:
        remedy = f"name a folder, a built file, or one of: {', '.join(sorted(packs)) or 'none'}"
        raise CollectorError("--pack", f"there is no pack {asked!r}" if asked else "none is named", remedy)
    return packs[wanted]


def _scheme(asked: str | None, settings: Settings) -> SchemeFile:
    try:
        if asked is not None and Path(asked).is_file():
            return read_scheme_file(Path(asked))
        schemes = read_shelf(settings.schemes).schemes
    except PackError as error:
        raise CollectorError("--scheme", str(error), "mend the file, or name another") from error
    wanted = asked or (next(iter(schemes)) if len(schemes) == 1 else None)
    if wanted is None or wanted not in schemes:
        remedy = f"name a file, or one of: {', '.join(sorted(schemes)) or 'none'}"
        raise CollectorError("--scheme", f"there is no scheme {asked!r}" if asked else "none is named", remedy)
    return schemes[wanted]


_ONE_DRILL: Mapping[str, str] = MappingProxyType(
    {
        "show": "show a drill: its hosts, what was found, what was missed",
        "score": "print its points by unit",
        "acts": "print who did what",
        "recompute": "find everything again from the journal; what people said stays",
        "close": "end it before its time",
        "freeze": "show it from now on as it stands now",
        "unfreeze": "show it as it is again",
        "exclude": "take a unit or a host out of it, or in again",
        "stimulus": "register what was done on purpose, so that it can be missed",
        "false-positive": "mark something as nothing, or take a mark back",
        "acknowledge": "say that an object is taken in hand",
    }
)
_ARGUMENTS: Mapping[str, Callable[[argparse.ArgumentParser], None]] = MappingProxyType(
    {
        "close": lambda action: _reason(action, required=False),
        "freeze": lambda action: _reason(action, required=False),
        "unfreeze": _reason,
        "exclude": _excluding,
        "stimulus": _stimulating,
        "false-positive": _marking,
        "acknowledge": _acknowledging,
    }
)
_READS: Mapping[str, Done] = MappingProxyType(
    {"list": list_drills, "show": show_drill, "score": show_score, "acts": show_acts}
)
_ACTS: Mapping[str, Done] = MappingProxyType(
    {
        "open": _open,
        "recompute": _recompute,
        "close": _close,
        "freeze": _freeze,
        "unfreeze": _unfreeze,
        "exclude": _exclude,
        "stimulus": _stimulus,
        "false-positive": _false_positive,
        "acknowledge": _acknowledge,
    }
)
