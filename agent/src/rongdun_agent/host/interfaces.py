"""Network interfaces of the running kernel, by psutil: no file under /proc tells IPv4 addresses."""

import ipaddress
import socket
from collections.abc import Mapping
from typing import NamedTuple


class Interface(NamedTuple):
    """Addresses as `192.0.2.1/24` and `2001:db8::1/64`, sorted; link-local ones without their zone."""

    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]
    mac: str | None
    mtu: int
    up: bool
    flags: tuple[str, ...]


def read_interfaces() -> Mapping[str, Interface]:
    """By name; psutil is imported here because most probes never need it."""
    import psutil  # noqa: PLC0415 - costs 15 ms

    stats = psutil.net_if_stats()
    addresses = psutil.net_if_addrs()
    return {
        name: Interface(
            ipv4=_written(addresses.get(name, ()), socket.AF_INET),
            ipv6=_written(addresses.get(name, ()), socket.AF_INET6),
            mac=next((a.address for a in addresses.get(name, ()) if a.family == psutil.AF_LINK), None),
            mtu=stat.mtu,
            up=stat.isup,
            flags=tuple(sorted(filter(None, stat.flags.split(",")))),
        )
        for name, stat in sorted(stats.items())
    }


def _written(addresses: "object", family: int) -> tuple[str, ...]:
    found = {
        ipaddress.ip_interface(f"{a.address.partition('%')[0]}/{_prefix(a.netmask)}")
        for a in addresses
        if a.family == family
    }
    return tuple(str(address) for address in sorted(found))


def _prefix(netmask: str | None) -> int | str:
    """psutil gives IPv6 masks as addresses, which `ipaddress` does not take back."""
    if netmask is None:
        return ""
    return bin(int(ipaddress.ip_address(netmask))).count("1")
