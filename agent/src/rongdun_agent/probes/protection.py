"""Security software that is there, whether it works, and what should not be there."""

from collections.abc import Mapping

from rongdun_agent import dpkg, rpmdb
from rongdun_agent.host import Host, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.products import recognise
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.protection import Protection


def probe(host: Host) -> Probed:
    """Look for every known product; without the package database a part of them would pass for all."""
    versions = _versions(host)
    if isinstance(versions, Unknown):
        return Probed(Protection(products=versions))
    found = sorted(recognise(host, versions), key=lambda r: (r.product.purpose, r.product.name))
    sources = {f"products[{at}]": Source(where=recognised.where) for at, recognised in enumerate(found)}
    return Probed(Protection(products=tuple(recognised.product for recognised in found)), sources)


def _versions(host: Host) -> Maybe[Mapping[str, str]]:
    """Version by name of the installed packages; the last one of several of the same name."""
    try:
        by_dpkg = host.once(dpkg.read_packages)
        by_rpm = () if by_dpkg else host.once(rpmdb.read_packages)
    except Refused:
        return Unknown(unknown="no permission")
    except (dpkg.MalformedStatus, rpmdb.MalformedDatabase):
        return Unknown(unknown="error")
    return {p.name: p.version for p in by_dpkg} | {p.name: p.version for p in by_rpm}
