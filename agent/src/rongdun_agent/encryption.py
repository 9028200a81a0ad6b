"""Whether what is stored on a block device passes through dm-crypt, by sysfs."""

from collections.abc import Iterator

from rongdun_agent.host import Host
from rongdun_contract.facts import Maybe, Unknown

_NO_DEVICE = "0:"
_DEEPEST = 16


def on_crypt(host: Host, device: str | None, source: str) -> Maybe[bool | None]:
    """For a `major:minor` and the name that it was mounted by; None for a file system that is on no block device.

    File systems of several devices (btrfs) have a number of their own: then the device that was named answers.
    """
    named = source.startswith("/dev/")
    if device and device.startswith(_NO_DEVICE) and not named:
        return None
    places = [f"/sys/dev/block/{device}"] if device else []
    if named:
        places.append(f"/sys/class/block/{host.realpath(source).rpartition('/')[2]}")
    place = next(filter(host.exists, places), None)
    if place is None:
        return Unknown(unknown="undecided")
    return _crypt(host, host.realpath(place), _DEEPEST)


def _crypt(host: Host, place: str, deepest: int) -> bool:
    """The device itself, or everything that it is made of: a volume over two disks of which one is open is open."""
    if (host.read_text(f"{place}/dm/uuid") or "").startswith("CRYPT-"):
        return True
    below = list(_below(host, place))
    return bool(below) and deepest > 0 and all(_crypt(host, part, deepest - 1) for part in below)


def _below(host: Host, place: str) -> Iterator[str]:
    for name in host.list_dir(f"{place}/slaves"):
        yield host.realpath(f"{place}/slaves/{name}")
