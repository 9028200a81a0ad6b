"""What services give to people who do not say who they are, by their configuration.

How a service's files are read is imported only where the service is installed: few hosts have any.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from rongdun_agent.host import Host, Refused
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts.guest_access import Community, Export, GuestAccess
from rongdun_contract.facts.model import Maybe, Unknown

FTP_SERVERS: Mapping[str, str] = MappingProxyType(
    {"vsftpd": "/usr/sbin/vsftpd", "proftpd": "/usr/sbin/proftpd", "pure-ftpd": "/usr/sbin/pure-ftpd"}
)
SAMBA, SNMP = "/usr/sbin/smbd", "/usr/sbin/snmpd"
EXPORTS = ("/etc/exports", "/etc/exports.d/*.exports")
DISPLAY_MANAGERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"gdm": ("/usr/sbin/gdm", "/usr/sbin/gdm3"), "lightdm": ("/usr/sbin/lightdm",), "sddm": ("/usr/bin/sddm",)}
)
T = TypeVar("T")


def probe(host: Host) -> Probed:
    """Look for each service, and read the files of those that are there; exports(5) alone are read in any case."""
    sources: dict[str, Source] = {}
    server = next((name for name, program in FTP_SERVERS.items() if host.exists(program)), None)
    managers = tuple(name for name, programs in DISPLAY_MANAGERS.items() if any(map(host.exists, programs)))
    has_samba, has_snmp = host.exists(SAMBA), host.exists(SNMP)
    facts = GuestAccess(
        ftp_server=server,
        anonymous_ftp=_anonymous(host, server, sources) if server else False,
        samba_installed=has_samba,
        guest_shares=_shares(host, sources) if has_samba else (),
        exports=_exports(host, sources),
        snmp_installed=has_snmp,
        snmp_communities=_communities(host, sources) if has_snmp else (),
        display_managers=managers,
        automatic_logins=_automatic(host, managers, sources) if managers else (),
    )
    return Probed(facts, sources)


def _asked(question: Callable[[], T]) -> T | Unknown:
    try:
        return question()
    except Refused:
        return Unknown(unknown="no permission")


def _anonymous(host: Host, server: str, sources: dict[str, Source]) -> Maybe[bool]:
    if server != "vsftpd":
        return Unknown(unknown="undecided")
    from rongdun_agent.given_freely.ftp import anonymous_ftp  # noqa: PLC0415 - see above

    answer = _asked(lambda: anonymous_ftp(host))
    if isinstance(answer, Unknown):
        return answer
    told, setting = answer
    sources["anonymous_ftp"] = setting.source
    return told


def _shares(host: Host, sources: dict[str, Source]) -> Maybe[tuple[str, ...]]:
    from rongdun_agent.given_freely import samba  # noqa: PLC0415 - see above

    sources["guest_shares"] = Source(where=samba.CONFIG)
    found = _asked(lambda: samba.guest_shares(host))
    if isinstance(found, Unknown):
        return found
    sources |= {f"guest_shares[{index}]": Source(where=share.where) for index, share in enumerate(found)}
    return tuple(share.name for share in found)


def _exports(host: Host, sources: dict[str, Source]) -> Maybe[tuple[Export, ...]]:
    paths = _asked(lambda: [path for pattern in EXPORTS for path in host.glob(pattern)])
    if isinstance(paths, Unknown) or not paths:
        return paths if isinstance(paths, Unknown) else ()
    from rongdun_agent.given_freely.exports import read_exports  # noqa: PLC0415 - see above

    found = _asked(lambda: read_exports(host, paths))
    if isinstance(found, Unknown):
        return found
    sources |= {f"exports[{index}]": Source(where=line.where) for index, line in enumerate(found)}
    return tuple(line.export for line in found)


def _communities(host: Host, sources: dict[str, Source]) -> Maybe[tuple[Community, ...]]:
    from rongdun_agent.given_freely.snmp import communities  # noqa: PLC0415 - see above

    found = _asked(lambda: communities(host))
    if isinstance(found, Unknown):
        return found
    sources |= {f"snmp_communities[{index}]": Source(where=line.where) for index, line in enumerate(found)}
    return tuple(Community(access=line.access) for line in found)


def _automatic(host: Host, managers: tuple[str, ...], sources: dict[str, Source]) -> Maybe[tuple[str, ...]]:
    from rongdun_agent.given_freely.desktops import automatic_logins  # noqa: PLC0415 - see above

    found = _asked(lambda: automatic_logins(host, managers))
    if isinstance(found, Unknown):
        return found
    sources |= {f"automatic_logins[{index}]": setting.source for index, setting in enumerate(found)}
    return tuple(setting.value for setting in found)
