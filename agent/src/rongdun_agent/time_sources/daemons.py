"""Each daemon by its units, its configuration, and the way that is read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from rongdun_agent.drop_in_files import configuration_directories, drop_in_files
from rongdun_agent.host import Host
from rongdun_agent.systemd_units.syntax import Assignment, gathered, parse

_NAMES_A_SERVER = frozenset(("server", "pool", "peer"))
_CHRONY_COMMENTS = ("#", "%", ";", "!")
_DEEPEST = 8


@dataclass
class Servers:
    """Whom to ask, with the place of each; `fallback` only counts where nobody is named."""

    named: dict[str, str] = field(default_factory=dict)
    fallback: dict[str, str] = field(default_factory=dict)


class Daemon(NamedTuple):
    """A daemon: any of its units starts it."""

    name: str
    units: tuple[str, ...]
    read: Callable[[Host], Servers]


def _chrony(host: Host) -> Servers:
    """chrony.conf(5): include, confdir, sourcedir; Debian and Red Hat keep the file in different places."""
    found = Servers()
    for path in ("/etc/chrony/chrony.conf", "/etc/chrony.conf"):
        if host.is_file(path):
            _chrony_file(host, path, found, 0)
            break
    return found


def _chrony_file(host: Host, path: str, found: Servers, depth: int) -> None:
    if depth > _DEEPEST:
        return
    for where, words in _words(host, path, _CHRONY_COMMENTS):
        directive = words[0].lower()
        if directive in _NAMES_A_SERVER and len(words) > 1:
            found.named.setdefault(words[1], where)
        elif directive == "include":
            for place in host.glob(words[1]) if len(words) > 1 else ():
                _chrony_file(host, place, found, depth + 1)
        elif directive in ("confdir", "sourcedir"):
            suffix = ".conf" if directive == "confdir" else ".sources"
            for place in drop_in_files(host, words[1:], suffix):
                _chrony_file(host, place, found, depth + 1)


def _ntp(*paths: str) -> Callable[[Host], Servers]:
    """ntp.conf(5) and OpenNTPD's ntpd.conf(5) name servers in the same way (`servers` is OpenNTPD's pool)."""

    def read(host: Host) -> Servers:
        found = Servers()
        for path in paths:
            for where, words in _words(host, path, ("#",)):
                if words[0].lower() in (*_NAMES_A_SERVER, "servers") and len(words) > 1:
                    address = next((word for word in words[1:] if word not in ("-4", "-6")), words[1])
                    if not address.startswith("127.127."):  # a reference clock of the machine's own
                        found.named.setdefault(address, where)
        return found

    return read


def _timesyncd(host: Host) -> Servers:
    """timesyncd.conf(5) with its drop-ins; lists accumulate, an empty one starts anew."""
    main = next(
        (p for p in ("/etc/systemd/timesyncd.conf", "/usr/lib/systemd/timesyncd.conf") if host.is_file(p)), None
    )
    files = ((main,) if main else ()) + drop_in_files(host, configuration_directories("systemd/timesyncd.conf.d"))
    found: list[tuple[str, Assignment]] = []
    for path in files:
        keys = {"Time": frozenset(("NTP", "FallbackNTP"))}
        found += [(path, one) for one in parse(host.read_text(path) or "", keys)]
    return Servers(_listed(found, "NTP"), _listed(found, "FallbackNTP"))


def _listed(found: list[tuple[str, Assignment]], key: str) -> dict[str, str]:
    counting = gathered((one for _, one in found), key)
    places = {id(one): f"{path}:{one.line}" for path, one in found}
    return {server: places[id(one)] for one in counting for server in one.value.split()}


def _words(host: Host, path: str, comments: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    for number, line in enumerate(host.lines(path), 1):
        words = line.split()
        if words and not words[0].startswith(comments):
            end = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
            yield f"{path}:{number}", words[:end]


DAEMONS: tuple[Daemon, ...] = (
    Daemon("chrony", ("chrony.service", "chronyd.service"), _chrony),
    Daemon("ntpd", ("ntp.service", "ntpd.service"), _ntp("/etc/ntp.conf")),
    Daemon("ntpsec", ("ntpsec.service",), _ntp("/etc/ntpsec/ntp.conf")),
    Daemon("openntpd", ("openntpd.service",), _ntp("/etc/openntpd/ntpd.conf", "/etc/ntpd.conf")),
    Daemon("systemd-timesyncd", ("systemd-timesyncd.service",), _timesyncd),
)
