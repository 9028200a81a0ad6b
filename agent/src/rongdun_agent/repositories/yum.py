"""yum.conf(5), dnf.conf(5), zypper's repositories: those whose packages are not checked against a key."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rongdun_agent.host import Host

MAIN = ("/etc/dnf/dnf.conf", "/etc/yum.conf")
REPOSITORIES = ("/etc/yum.repos.d", "/etc/yum/repos.d", "/etc/distro.repos.d")
ZYPP_REPOSITORIES = ("/etc/zypp/repos.d",)

_YES, _NO = frozenset({"1", "yes", "true", "on", "enabled"}), frozenset({"0", "no", "false", "off", "disabled"})
_CHECKS = ("pkg_gpgcheck", "gpgcheck")
"""dnf 5 calls it pkg_gpgcheck and takes the older name too."""


class Setting(NamedTuple):
    """A key's value and where it stands."""

    value: str
    where: str


Section = Mapping[str, Setting]


def unsigned_sections(host: Host) -> Iterator[tuple[str, str]]:
    """`[section]` and `path:line` of each enabled repository whose check is off, or is turned on by nothing."""
    main = _main(host)
    for path in _files(host, REPOSITORIES):
        yield from _unsigned(_sections(path, host.lines(path)), _check(main))
    for path in _files(host, ZYPP_REPOSITORIES):
        # zypper(8) checks unless told otherwise; yum and dnf 4 do not (gpgcheck defaults to off)
        yield from _unsigned(_sections(path, host.lines(path)), Setting("1", ""))


def _main(host: Host) -> Section:
    for path in MAIN:
        if sections := dict(_sections(path, host.lines(path))):
            return sections.get("main", {})
    return {}


def _files(host: Host, directories: tuple[str, ...]) -> Iterator[str]:
    return (f"{top}/{name}" for top in directories for name in host.list_dir(top) if name.endswith(".repo"))


def _unsigned(sections: Iterator[tuple[str, Section]], default: Setting | None) -> Iterator[tuple[str, str]]:
    for name, section in sections:
        if name == "main" or section.get("enabled", Setting("1", "")).value.lower() in _NO:
            continue
        check = _check(section) or default
        if not _is_on(check):
            yield f"[{name}]", check.where if check else section["\0"].where


def _check(section: Section) -> Setting | None:
    """The setting of the check; a word that is neither yes nor no counts as if it were not there."""
    found = (section[key] for key in _CHECKS if key in section)
    return next((setting for setting in found if setting.value.lower() in _YES | _NO), None)


def _is_on(setting: Setting | None) -> bool:
    return setting is not None and setting.value.lower() in _YES


def _sections(path: str, lines: tuple[str, ...]) -> Iterator[tuple[str, Section]]:
    """Name and settings of each section; under the key NUL stands where the section begins."""
    name, section = "", dict[str, Setting]()
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if line.startswith("[") and "]" in line:
            if name:
                yield name, section
            name, section = line[1 : line.index("]")], {"\0": Setting("", f"{path}:{number}")}
        elif line and line[0] not in "#;" and raw[0] not in " \t" and "=" in line:
            key, _, value = line.partition("=")
            section[key.strip().lower()] = Setting(value.strip(), f"{path}:{number}")
    if name:
        yield name, section
