"""Service units: what starts at boot, what is barred, what runs, and whether others could change what root starts."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rongdun_agent.changeable import Changeable
from rongdun_agent.host import Host, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.said import named
from rongdun_agent.systemd_units import (
    BootStates,
    Enablement,
    File,
    ServiceSettings,
    Unit,
    manager,
    parse_name,
    read_settings,
)
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.services import Services, ServiceUnit

_LEFT_OUT = frozenset(("device", "scope", "slice"))
_FROM_TABLES = frozenset(("automount", "mount", "swap"))
"""Generated ones of these carry the host's own disks; section `mounts` has them."""
_REFUSED = Unknown(unknown="no permission")


@dataclass(frozen=True)
class _Reading:
    """What one run needs everywhere."""

    host: Host
    states: BootStates
    running: Callable[[str], Maybe[bool | None]]
    changeable: Changeable
    sources: dict[str, Source] = field(default_factory=dict)


def probe(host: Host) -> Probed:
    """Resolve all units that have a file, instances that something pulls in, and init scripts that no unit replaces."""
    reading = _Reading(host, host.once(BootStates), _running(host), Changeable(host))
    units = {name: unit for name in reading.states.units.names if (unit := _unit(reading, name))}
    for name, script in reading.states.scripts.items():
        units[name] = _script(reading, name, script)
    facts = Services(
        manager=manager(host),
        default_target=_default_target(reading.states),
        units=dict(sorted(units.items())),
    )
    return Probed(facts, reading.sources)


def _default_target(states: BootStates) -> Maybe[str | None]:
    target = states.units.find("default.target")
    if target and target.file.state == "unreadable":
        return _REFUSED
    return target.name if target and target.file.state == "regular" else None


def _running(host: Host) -> Callable[[str], Maybe[bool | None]]:
    """A test by unit; where /proc shows no processes at all, nothing runs or does not run."""
    try:
        processes = host.processes
    except Refused:
        return lambda _: _REFUSED
    if not processes:
        return lambda _: None
    alive = {process.service_unit for process in processes if isinstance(process.service_unit, str)}
    hidden = any(isinstance(process.service_unit, Unknown) for process in processes)
    return lambda name: True if name in alive else _REFUSED if hidden else False


def _unit(reading: _Reading, name: str) -> ServiceUnit | None:
    units = reading.states.units
    unit, enablement, parsed = units.find(name), reading.states.of(name), parse_name(name)
    if unit is None or enablement is None or parsed is None or parsed.type in _LEFT_OUT:
        return None
    if parsed.type in _FROM_TABLES and enablement.state == "generated":
        return None
    drop_ins = units.drop_ins(unit)
    if parsed.type == "service" and any(file.state == "unreadable" for file in (unit.file, *drop_ins)):
        _explain(reading, name, unit, enablement, {})
        return _closed(unit, enablement)
    if parsed.type != "service" or unit.file.state != "regular":
        _explain(reading, name, unit, enablement, {})
        changeable = _changeable(reading, unit, ()) if unit.file.state == "regular" else False
        return ServiceUnit(
            enablement=enablement.state,
            file=unit.file.path,
            content=_content(unit, drop_ins),
            writable_by_others=changeable,
        )
    settings = read_settings(unit.file, drop_ins)
    _explain(reading, name, unit, enablement, _places(settings))
    return ServiceUnit(
        enablement=enablement.state,
        running=_is_running(reading, unit, settings),
        user=settings.user.value if settings.user else None,
        dynamic_user=settings.dynamic_user,
        file=unit.file.path,
        content=_content(unit, drop_ins),
        exec_start=settings.programs,
        restart=settings.restart.value if settings.restart else None,
        refuse_manual_stop=settings.refuses_manual_stop,
        writable_by_others=_changeable(reading, unit, (*(one.path for one in drop_ins), *settings.touched)),
    )


def _content(unit: Unit, drop_ins: Sequence[File]) -> Maybe[str | None]:
    """One name for the unit and what its drop-ins add, in their order."""
    if any(file.state == "unreadable" for file in (unit.file, *drop_ins)):
        return _REFUSED
    saying = [file.content for file in (unit.file, *drop_ins) if file.content is not None]
    return saying[0] if len(saying) == 1 else named(saying) if saying else None


def _closed(unit: Unit, enablement: Enablement) -> ServiceUnit:
    """A service whose file, or a drop-in of it, may not be read: that it exists is all that can be told."""
    return ServiceUnit(
        enablement=enablement.state,
        running=_REFUSED,
        user=_REFUSED,
        dynamic_user=_REFUSED,
        file=unit.file.path,
        content=_REFUSED,
        exec_start=_REFUSED,
        restart=_REFUSED,
        refuse_manual_stop=_REFUSED,
        writable_by_others=_REFUSED,
    )


def _script(reading: _Reading, name: str, script: str) -> ServiceUnit:
    enablement = reading.states.of(name)
    where = enablement.where if enablement else script
    reading.sources[_key(name)] = Source(where=script)
    if where != script:
        reading.sources[f"{_key(name)}.enablement"] = Source(where=where)
    return ServiceUnit(
        enablement=enablement.state if enablement else "disabled",
        running=reading.running(name),
        file=script,
        exec_start=(script,),
        writable_by_others=reading.changeable(script),
    )


def _is_running(reading: _Reading, unit: Unit, settings: ServiceSettings) -> Maybe[bool | None]:
    """Absent for what is no daemon: templates, services that end by themselves, and those started only on demand."""
    name = parse_name(unit.name)
    if settings.kind == "oneshot" or (name and name.instance == "") or reading.states.only_on_demand(unit.name):
        return None
    return reading.running(unit.name)


def _changeable(reading: _Reading, unit: Unit, others: tuple[str, ...]) -> Maybe[bool]:
    """Known as soon as one file is; unknown when one that could not be looked at might be."""
    found: Maybe[bool] = False
    for path in (unit.file.path, *others):
        try:
            if reading.changeable(path):
                return True
        except Refused:
            found = _REFUSED
    return found


def _places(settings: ServiceSettings) -> dict[str, str]:
    said = {"user": settings.user, "restart": settings.restart, "refuse_manual_stop": settings.refuse_manual_stop}
    found = {name: one.where for name, one in said.items() if one}
    return found | ({"exec_start": settings.programs_where} if settings.programs_where else {})


def _explain(reading: _Reading, name: str, unit: Unit, enablement: Enablement, places: Mapping[str, str]) -> None:
    """Say the unit's file, and what is decided elsewhere: by a symlink, or in a drop-in."""
    key, path = _key(name), unit.file.path
    shadowed = tuple(
        f"{directory.path}/{unit.name}"
        for directory in reading.states.units.directories
        if unit.name in directory.names and f"{directory.path}/{unit.name}" != path
    )
    reading.sources[key] = Source(where=path, overrides=shadowed)
    if enablement.where != path:
        reading.sources[f"{key}.enablement"] = Source(where=enablement.where)
    for setting, where in places.items():
        if setting == "refuse_manual_stop" or not where.startswith(f"{path}:"):
            reading.sources[f"{key}.{setting}"] = Source(where=where)


def _key(name: str) -> str:
    return f"units[{json.dumps(name, ensure_ascii=False)}]"
