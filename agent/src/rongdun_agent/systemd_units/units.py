"""All units of a host by name, read as they are asked for."""

from functools import cached_property

from rongdun_agent.drop_in_files import drop_in_files
from rongdun_agent.host import Host, NotAFile, Refused, TooLarge
from rongdun_agent.said import name_of
from rongdun_agent.systemd_units.directories import SEARCH_PATH, UnitDirectory, read_directories
from rongdun_agent.systemd_units.names import alias_refused, drop_in_names, parse_name
from rongdun_agent.systemd_units.syntax import parse
from rongdun_agent.systemd_units.unit import WANTED, File, Unit

_MOST_LINKS = 64
_NULL = "/dev/null"


class Units:
    """Names lead to units as in systemd: by precedence, through aliases and links, from instances to templates."""

    def __init__(self, host: Host) -> None:
        """Look at the directories; unit files are read later, each once."""
        self._host = host
        self.directories: tuple[UnitDirectory, ...] = read_directories(host)
        self._inside = tuple(f"{path}/" for path in dict.fromkeys((*SEARCH_PATH, *map(host.realpath, SEARCH_PATH))))
        self._files: dict[str, File | None] = {}
        self._units: dict[str, Unit | None] = {}
        self._real_directories: dict[str, str] = {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Units that have a file or a symlink, and instances that something pulls in; sorted."""
        found = {name for directory in self.directories for name in directory.names}
        for directory in self.directories:
            found |= {name for name in directory.pulled_in if _is_instance(name)}
        return tuple(sorted(found))

    @cached_property
    def aliases(self) -> dict[str, list[str]]:
        """Other names of a unit by its own."""
        found: dict[str, list[str]] = {}
        for alias in self.names:
            unit = self.find(alias)
            if unit and unit.name != alias:
                found.setdefault(unit.name, []).append(alias)
        return found

    def find(self, name: str) -> Unit | None:
        """What a name leads to; `None` when no file has it."""
        if name not in self._units:
            self._units[name] = self._follow(name)
        return self._units[name]

    def place(self, name: str) -> str | None:
        """The file or symlink that a name stands for, by precedence; an instance falls back to its template."""
        parsed = parse_name(name)
        for wanted in (name, parsed.template) if parsed and parsed.is_instance else (name,):
            for directory in self.directories:
                if wanted in directory.names:
                    return f"{directory.path}/{wanted}"
        return None

    def drop_ins(self, unit: Unit) -> list[File]:
        """The drop-ins of a unit in the order in which they apply."""
        parsed = parse_name(unit.name)
        if parsed is None:
            return []
        wanted = [drop_in_names(parsed)]
        wanted += [drop_in_names(name) for name in map(parse_name, self.aliases.get(unit.name, ())) if name]
        places = [
            f"{directory.path}/{name}"
            for names in [*wanted, [f"{parsed.type}.d"]]
            for directory in self.directories
            for name in names
            if name in directory.drop_ins
        ]
        return [file for path in drop_in_files(self._host, places) if (file := self.read(path))]

    def install_drop_ins(self, name: str) -> list[File]:
        """The drop-ins that count for `[Install]`: systemctl(1) looks at the unit's own and its template's only."""
        parsed = parse_name(name)
        if parsed is None:
            return []
        wanted = dict.fromkeys((f"{name}.d", f"{parsed.template if parsed.is_instance else name}.d"))
        places = (f"{one.path}/{drop_in}" for drop_in in wanted for one in self.directories if drop_in in one.drop_ins)
        return [file for path in drop_in_files(self._host, places) if (file := self.read(path))]

    def read(self, path: str) -> File | None:
        """A unit file or drop-in; `None` when it is absent."""
        if path not in self._files:
            self._files[path] = self._read(path)
        return self._files[path]

    def _follow(self, name: str) -> Unit | None:
        path = self.place(name)
        if path is None:
            return None
        start = path
        for _ in range(_MOST_LINKS):
            target = self._link(path)
            if target is None:
                return Unit(name, self.read(path) or File(path, "bad"))
            inside = target.startswith(self._inside)
            if inside and alias_refused(path.rpartition("/")[2], target.rpartition("/")[2]):
                return Unit(name, File(start, "bad"))
            if self._is_mask(target):
                return Unit(name, File(path, "masked"))
            path = target
            if not inside:
                continue  # a linked unit file: its own name does not matter
            other = _filled(name, target.rpartition("/")[2])
            if other != name:
                found = self.place(other)
                if found is None:
                    return Unit(other, File(start, "bad"))
                name, path = other, found
        return Unit(name, File(start, "bad"))

    def _link(self, path: str) -> str | None:
        """Where a symlink leads, one step, its directory freed of symlinks; `None` for what is no symlink."""
        directory, _, name = path.rpartition("/")
        known = next((one for one in self.directories if one.path == directory), None)
        text = known.links.get(name) if known else self._host.readlink(path)
        if text is None:
            return None
        target = text if text.startswith("/") else f"{directory}/{text}"
        above, _, last = target.rstrip("/").rpartition("/")
        if above not in self._real_directories:
            self._real_directories[above] = self._host.realpath(above or "/").rstrip("/")
        return f"{self._real_directories[above]}/{last}"

    def _is_mask(self, target: str) -> bool:
        if target == _NULL:
            return True
        found = self._host.stat(target)
        return found is not None and (found.type in ("char", "block") or (found.type == "file" and found.size == 0))

    def _read(self, path: str) -> File | None:
        try:
            text = self._host.read_text(path)
        except Refused:
            return File(path, "unreadable")
        except (NotAFile, TooLarge):
            return File(path, "bad")
        if text is None:
            return None
        return File(path, "regular", parse(text, WANTED), name_of(text)) if text else File(path, "masked")


def _is_instance(name: str) -> bool:
    parsed = parse_name(name)
    return parsed is not None and parsed.is_instance


def _filled(name: str, target: str) -> str:
    """The unit that a link leads to: an instance that is linked to a template stays that instance."""
    source, aimed = parse_name(name), parse_name(target)
    if source and aimed and source.is_instance and aimed.instance == "":
        return f"{aimed.prefix}@{source.instance}.{aimed.type}"
    return target
