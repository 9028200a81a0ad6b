"""Where the daemon listens: ports and addresses are put together when both are known."""

import re
from ipaddress import IPv4Address, IPv6Address

from rongdun_agent.sshd_config.addresses import Address, numeric_address
from rongdun_agent.sshd_config.names import Names
from rongdun_agent.sshd_config.options import UNDECIDED, ConfigError, Options

DEFAULT_PORT = "22"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_LOOPBACK = ("::1", "127.0.0.1")
"""What the C library makes of `*` when it is not asked for addresses to listen on."""
_VERSION_OF = {"inet": 4, "inet6": 6}


def settle(options: Options, names: Names, default: str) -> None:
    """Set `port` and `listen_address` as they will be; `default` is the source of what nobody named."""
    wanted = options.settings.pop("listen_address.wanted", None)
    if options.get("port") is None:
        options.add("port", (DEFAULT_PORT,), default)
    family = options.get("address_family") or "any"
    if wanted is None:
        ports = options.settings["port"]
        for port, where in zip(ports.value, ports.where, strict=True):
            options.add("listen_address", [f"{address}:{port}" for address in _everywhere(family)], where)
        return
    found = [
        (_addresses(entry, options, names, family, where), where)
        for entry, where in zip(wanted.value, wanted.where, strict=True)
    ]
    for addresses, where in found:
        options.add("listen_address", addresses, where)
    if not all(addresses for addresses, _ in found):
        options.change("listen_address", lambda _: UNDECIDED)


def _everywhere(family: str) -> tuple[str, ...]:
    return {"inet": ("0.0.0.0",), "inet6": ("[::]",)}.get(family, ("[::]", "0.0.0.0"))  # noqa: S104 - read, not bound


def _addresses(entry: str, options: Options, names: Names, family: str, where: str) -> tuple[str, ...]:
    """Addresses with ports; none where only a name server could tell."""
    host, number, domain = entry.split(" ", 2)
    ports = (number,) if number != "0" else tuple(options.get("port"))
    behind = f" rdomain {domain}" if domain else ""
    numeric = numeric_address(host)
    if numeric is not None and _VERSION_OF.get(family, numeric.version) != numeric.version:
        raise ConfigError(where, f"{host} is no address of family {family}")
    if numeric is None and host != "*" and not _NAME.fullmatch(host):
        raise ConfigError(where, f'"{host}" is neither an address nor a name')
    found = (_written(numeric),) if numeric is not None else _by_name(host, names, family)
    return tuple(f"{_bracketed(address)}:{port}{behind}" for port in ports for address in reversed(found))


def _by_name(host: str, names: Names, family: str) -> tuple[str, ...]:
    """Addresses that hosts(5) gives a name, IPv6 first as getaddrinfo(3) sorts them; a name server may know others."""
    known = _LOOPBACK if host == "*" else names.host_addresses(host)
    addresses = [address for address in map(numeric_address, known) if address is not None]
    addresses.sort(key=lambda address: -address.version)
    return tuple(
        _written(address) for address in addresses if _VERSION_OF.get(family, address.version) == address.version
    )


def _written(address: Address) -> str:
    """As inet_ntop(3) writes it: IPv4 inside IPv6 in its own notation."""
    if isinstance(address, IPv6Address) and address.scope_id is None:
        low = int(address) & 0xFFFFFFFF
        if int(address) >> 32 in (0, 0xFFFF) and (int(address) >> 32 or low >> 16):
            return f"::{'ffff:' if int(address) >> 32 else ''}{IPv4Address(low)}"
    return str(address)


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
