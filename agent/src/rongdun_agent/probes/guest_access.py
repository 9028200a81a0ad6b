"""What services give to people who do not say who they are, by their configuration."""

from collections.abc import Callable
from typing import TypeVar

from rongdun_agent.given_freely import desktops, exports, ftp, samba, snmp
from rongdun_agent.host import Host, Refused
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts.guest_access import Community, Export, GuestAccess
from rongdun_contract.facts.model import Maybe, Unknown

T = TypeVar("T")


def probe(host: Host) -> Probed:
    """Look for each service, and read the files of those that are there; exports(5) alone are read in any case."""
    sources: dict[str, Source] = {}
    server = ftp.ftp_server(host)
    managers = desktops.installed(host)
    has_samba, has_snmp = host.exists(samba.SERVER), host.exists(snmp.SERVER)
    facts = GuestAccess(
        ftp_server=server,
        anonymous_ftp=_anonymous(host, server, sources),
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


def _anonymous(host: Host, server: str | None, sources: dict[str, Source]) -> Maybe[bool]:
    answer = _asked(lambda: ftp.anonymous_ftp(host, server))
    if isinstance(answer, Unknown):
        return answer
    told, setting = answer
    if setting:
        sources["anonymous_ftp"] = setting.source
    return told


def _shares(host: Host, sources: dict[str, Source]) -> Maybe[tuple[str, ...]]:
    sources["guest_shares"] = Source(where=samba.CONFIG)
    found = _asked(lambda: samba.guest_shares(host))
    if isinstance(found, Unknown):
        return found
    sources |= {f"guest_shares[{index}]": Source(where=share.where) for index, share in enumerate(found)}
    return tuple(share.name for share in found)


def _exports(host: Host, sources: dict[str, Source]) -> Maybe[tuple[Export, ...]]:
    found = _asked(lambda: exports.read_exports(host))
    if isinstance(found, Unknown):
        return found
    sources |= {f"exports[{index}]": Source(where=line.where) for index, line in enumerate(found)}
    return tuple(line.export for line in found)


def _communities(host: Host, sources: dict[str, Source]) -> Maybe[tuple[Community, ...]]:
    found = _asked(lambda: snmp.communities(host))
    if isinstance(found, Unknown):
        return found
    sources |= {f"snmp_communities[{index}]": Source(where=line.where) for index, line in enumerate(found)}
    return tuple(Community(access=line.access) for line in found)


def _automatic(host: Host, managers: tuple[str, ...], sources: dict[str, Source]) -> Maybe[tuple[str, ...]]:
    found = _asked(lambda: desktops.automatic_logins(host, managers))
    if isinstance(found, Unknown):
        return found
    sources |= {f"automatic_logins[{index}]": setting.source for index, setting in enumerate(found)}
    return tuple(setting.value for setting in found)
