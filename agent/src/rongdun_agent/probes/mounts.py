"""Mount points, live against fstab(5), and swap."""

import json
from collections.abc import Mapping

from rongdun_agent.encryption import on_crypt
from rongdun_agent.host import Host, NotLive, Refused
from rongdun_agent.mount_tables import FstabEntry, LiveMount, is_network, of_the_host, read_fstab, read_live, unescaped
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.mounts import Mount, Mounts

SWAPS = "/proc/swaps"

_FSTAB_FIELDS = ("in_fstab", "fstab_type", "fstab_options")
_DEVICES = ("/dev/", "UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=", "ID=")
_NOT_LIVE = Unknown(unknown="not a live host")


def probe(host: Host) -> Probed:
    """Join the two tables by target; without a view of the live one, a running host's points are unknown altogether."""
    listed = {_normal(entry.target): entry for entry in read_fstab(host) if entry.target.startswith("/")}
    try:
        table, path = read_live(host)
    except Refused:
        refused = Unknown(unknown="no permission")
        return Probed(Mounts(live_known=refused, points=refused, swap=refused, swap_encrypted=refused), {})
    except NotLive:
        return _of_tree(listed)
    mounted = {mount.target: mount for mount in table if of_the_host(mount)}
    points = {
        target: _point(host, target, mounted.get(target), listed.get(target)) for target in sorted({*mounted, *listed})
    }
    swap = _swap(host)
    facts = Mounts(points=points, swap=swap, swap_encrypted=_all_encrypted(host, swap, points))
    return Probed(facts, _sources(mounted, listed, path) | {"swap": Source(where=SWAPS)})


def _of_tree(listed: Mapping[str, FstabEntry]) -> Probed:
    points = {
        target: _listed(target, entry).model_copy(update={"live": _NOT_LIVE})
        for target, entry in sorted(listed.items())
    }
    facts = Mounts(live_known=_NOT_LIVE, points=points, swap=_NOT_LIVE, swap_encrypted=_NOT_LIVE)
    return Probed(facts, _sources({}, listed, ""))


def _point(host: Host, target: str, live: LiveMount | None, entry: FstabEntry | None) -> Mount:
    point = _listed(target, entry)
    if live is None:
        return point
    return point.model_copy(
        update={
            "live": True,
            "live_type": live.type,
            "live_options": live.options,
            "network": point.network or is_network(live.type),
            "encrypted": on_crypt(host, live.device, live.source),
        }
    )


def _listed(target: str, entry: FstabEntry | None) -> Mount:
    if entry is None:
        return Mount(target=target)
    return Mount(
        target=target,
        in_fstab=True,
        fstab_type=entry.type,
        fstab_options=entry.options,
        network=is_network(entry.type) or "_netdev" in entry.options,
        encrypted=Unknown(unknown="undecided") if entry.source.startswith(_DEVICES) else None,
    )


def _normal(target: str) -> str:
    return target.rstrip("/") or "/"


def _swap(host: Host) -> tuple[str, ...]:
    return tuple(sorted(unescaped(line.split()[0]) for line in host.lines(SWAPS)[1:] if line.split()))


def _all_encrypted(host: Host, swap: tuple[str, ...], points: Mapping[str, Mount]) -> Maybe[bool | None]:
    if not swap:
        return None
    answers = [_swap_encrypted(host, area, points) for area in swap]
    if False in answers:
        return False
    return next((answer for answer in answers if isinstance(answer, Unknown)), True)


def _swap_encrypted(host: Host, area: str, points: Mapping[str, Mount]) -> Maybe[bool | None]:
    """A device by itself, a file by the file system that it lies in; zram never leaves the memory."""
    if area.startswith("/dev/"):
        return area.startswith("/dev/zram") or on_crypt(host, None, area)
    above = [target for target in points if f"{area}/".startswith(target.rstrip("/") + "/")]
    return points[max(above, key=len)].encrypted if above else Unknown(unknown="undecided")


def _sources(mounted: Mapping[str, LiveMount], listed: Mapping[str, FstabEntry], table: str) -> dict[str, Source]:
    """A point is from the live table, its fstab fields from their line; one only listed is all from its line."""
    sources = {}
    for target in {*mounted, *listed}:
        path = f"points[{json.dumps(target, ensure_ascii=False)}]"
        live, line = target in mounted, listed[target].where if target in listed else None
        sources[path] = Source(where=table if live else line or "")
        if live and line:
            sources |= dict.fromkeys((f"{path}.{field}" for field in _FSTAB_FIELDS), Source(where=line))
    return sources
