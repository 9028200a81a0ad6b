"""What `systemctl is-enabled` says of a unit, told from files and symlinks alone."""

from collections.abc import Iterable
from typing import NamedTuple

from rongdun_agent.systemd_units.directories import CONFIGURED, GENERATED, TRANSIENT, UnitDirectory
from rongdun_agent.systemd_units.names import MAY_ALIAS, UnitName, parse_name
from rongdun_agent.systemd_units.syntax import Assignment, gathered, last
from rongdun_agent.systemd_units.unit import Unit
from rongdun_agent.systemd_units.units import Units
from rongdun_agent.systemd_units.words import split_words
from rongdun_contract.facts import Maybe, Unknown

_RULES = ("Alias", "WantedBy", "RequiredBy", "UpheldBy")


class Enablement(NamedTuple):
    """A state in systemctl's word, and the file or symlink that makes it so."""

    state: Maybe[str]
    where: str


class _Links(NamedTuple):
    """The symlinks of one directory, by what they stand for."""

    directory: UnitDirectory
    by_template: dict[str, list[str]]
    by_target: dict[str, list[str]]


class _Install(NamedTuple):
    """The `[Install]` section of a unit."""

    own_names: frozenset[str]
    has_rules: bool
    has_also: bool


class InstallStates:
    """The states of all units of a host."""

    def __init__(self, units: Units) -> None:
        """Index the symlinks once, for every unit asks for them."""
        self._units = units
        self._links = [_index(directory) for directory in units.directories]

    def of(self, name: str) -> Enablement | None:
        """The state of a unit by any of its names; `None` when there is no such unit."""
        unit = self._units.find(name)
        if unit is None:
            return None
        parsed = parse_name(unit.name)
        path = unit.file.path
        if unit.file.state in ("masked", "bad"):
            return _barred(unit, self._units.place(name) or path)
        if name != path.rpartition("/")[2] and not (parsed and parsed.is_instance):
            return Enablement("alias", self._units.place(name) or path)
        made = _made_by_programs(path.rpartition("/")[0])
        return Enablement(made, path) if made else self._by_links(unit, parsed)

    def _by_links(self, unit: Unit, parsed: UnitName | None) -> Enablement:
        install = self._install(unit, parsed)
        found = self._linked(unit, parsed, install.own_names)
        if found:
            return found
        if unit.file.state == "unreadable":
            return Enablement(Unknown(unknown="no permission"), unit.file.path)
        found = self._linked(unit, parsed, None)
        if found:
            return Enablement("indirect", found.where)
        state = "disabled" if install.has_rules else "indirect" if install.has_also else "static"
        return Enablement(state, unit.file.path)

    def _install(self, unit: Unit, parsed: UnitName | None) -> _Install:
        assignments = [*unit.file.assignments]
        for drop_in in self._units.install_drop_ins(unit.name):
            assignments += drop_in.assignments
        return _install(unit.name, parsed, [one for one in assignments if one.section == "Install"])

    def _linked(self, unit: Unit, parsed: UnitName | None, known: frozenset[str] | None) -> Enablement | None:
        """What symlinks to the unit say, `known` its own names; without them any symlink counts."""
        found, same_name = [], []
        below = False
        for links in self._links:
            directory = links.directory.path
            where = _pulls_in(links, unit.name, known) or _leads_to(links, unit.name, known, below=below)
            if where:
                found.append((directory, where))
            elif not below and links.directory.links.get(unit.name, "").rpartition("/")[2] == unit.name:
                same_name.append((directory, f"{directory}/{unit.name}"))
            below = below or unit.file.path.startswith(f"{directory}/")
        instance = parsed is not None and parsed.is_instance
        return _enabled(found, static_counts=instance) or _first(same_name, "linked", "linked-runtime")


def _barred(unit: Unit, place: str) -> Enablement:
    if unit.file.state == "bad":
        return Enablement("bad", place)
    return Enablement("masked-runtime" if _is_runtime(unit.file.path) else "masked", unit.file.path)


def _made_by_programs(directory: str) -> str | None:
    return "generated" if directory in GENERATED else "transient" if directory == TRANSIENT else None


def _enabled(found: list[tuple[str, str]], *, static_counts: bool) -> Enablement | None:
    """By the directories that hold symlinks to a unit; one that its package brings starts only instances."""
    state = _first(found, "enabled", "enabled-runtime")
    return state or (Enablement("static", found[0][1]) if found and static_counts else None)


def _first(found: list[tuple[str, str]], configured: str, runtime: str) -> Enablement | None:
    """The administrator's directory first, then those that last until the next boot."""
    for directory, where in found:
        if directory == CONFIGURED:
            return Enablement(configured, where)
    for directory, where in found:
        if _is_runtime(directory):
            return Enablement(runtime, where)
    return None


def _pulls_in(links: _Links, name: str, known: frozenset[str] | None) -> str | None:
    """The symlink in a `.wants` or `.requires` directory that names the unit or an instance of it."""
    pulled_in = links.directory.pulled_in
    for candidate in (name, *links.by_template.get(name, ())):
        if candidate in pulled_in and (known is None or candidate in known):
            return pulled_in[candidate]
    return None


def _leads_to(links: _Links, name: str, known: frozenset[str] | None, *, below: bool) -> str | None:
    """The symlink in the directory itself that is an alias of the unit, or carries its name and leads elsewhere.

    One of its name that leads to its name only links it; but not `below` the unit's file, where systemctl takes it for
    an alias.
    """
    own = links.directory.links
    candidates = [one for one in links.by_target.get(name, ()) if below or one != name]
    if name in own and not below and own[name].rpartition("/")[2] != name:
        candidates.append(name)
    for candidate in candidates:
        if known is None or candidate in known:
            return f"{links.directory.path}/{candidate}"
    return None


def _index(directory: UnitDirectory) -> _Links:
    by_template: dict[str, list[str]] = {}
    for name in directory.pulled_in:
        parsed = parse_name(name)
        if parsed and parsed.template:
            by_template.setdefault(parsed.template, []).append(name)
    by_target: dict[str, list[str]] = {}
    for name, target in directory.links.items():
        by_target.setdefault(target.rpartition("/")[2], []).append(name)
    return _Links(directory, by_template, by_target)


def _install(name: str, parsed: UnitName | None, section: list[Assignment]) -> _Install:
    may_alias = parsed is not None and parsed.type in MAY_ALIAS
    lists = {key: _names(section, key) for key in _RULES if key != "Alias" or may_alias}
    own_names = {name, *lists.get("Alias", ())}
    default = last(section, "DefaultInstance")
    if default and parsed and parsed.instance == "":
        own_names.add(f"{parsed.prefix}@{default.value}.{parsed.type}")
    has_also = any(
        one.key == "Also" and one.value for one in section
    )  # the one list that an empty value does not empty
    return _Install(frozenset(own_names), any(lists.values()), has_also)


def _names(section: Iterable[Assignment], key: str) -> list[str]:
    return [word for assignment in gathered(section, key) for word in split_words(assignment.value)]


def _is_runtime(path: str) -> bool:
    return path.startswith("/run/")
