"""IP addresses and prefixes in lists, with the daemon's strictness about host bits and its leniency about notation."""

import ipaddress
import re

from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.patterns import fits

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_PART = re.compile(r"0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*")
_MAX_PREFIX = 128


class BadPrefix(ValueError):
    """The prefix length does not suit the address: too long, or bits behind it are set."""


def numeric_address(text: str) -> Address | None:
    """An address in any notation that inet_aton(3) or inet_pton(3) knows; None when it is a name or nonsense."""
    if ":" in text:
        try:
            return ipaddress.IPv6Address(text)
        except ValueError:
            return None
    return _legacy_ipv4(text)


def _legacy_ipv4(text: str) -> ipaddress.IPv4Address | None:
    parts = text.split(".")
    if not 1 <= len(parts) <= 4 or not all(_PART.fullmatch(part) for part in parts):  # noqa: PLR2004 - four bytes
        return None
    numbers = [int(part, 16 if part[:2].lower() == "0x" else 8 if part[0] == "0" else 10) for part in parts]
    *leading, last = numbers
    if any(number > 255 for number in leading) or last >= 256 ** (5 - len(numbers)):  # noqa: PLR2004 - bytes
        return None
    value = last
    for place, number in enumerate(leading):
        value += number << (8 * (3 - place))
    return ipaddress.IPv4Address(value)


def prefix(text: str, build: Build) -> Network | None:
    """An address or `address/length`; None when it is neither, BadPrefix when the length does not suit."""
    address, slash, written = text.partition("/")
    length = _length(written, build) if slash else None
    base = numeric_address(address)
    if base is None or (slash and length is None):
        return None
    if isinstance(base, ipaddress.IPv6Address):
        base = ipaddress.IPv6Address(int(base))  # without its zone
    try:
        return ipaddress.ip_network((base, base.max_prefixlen if length is None else length))
    except ValueError as error:
        raise BadPrefix(text) from error


def _length(written: str, build: Build) -> int | None:
    """Releases differ in what they take for a number, and in whether one that is far too large is an error."""
    spaced = build.before(9, 0) or build.since(9, 9)
    if re.fullmatch(r"[ \t]*[+-]?[0-9]+" if spaced else "[0-9]+", written) is None:
        return None
    length = int(written)
    return None if build.before(9, 9) and length > _MAX_PREFIX else length


def list_verdict(address: str | None, items: str, build: Build) -> int:
    """1, 0 or -1 as for patterns; BadPrefix when the list is malformed, which needs no address to be noticed."""
    wanted = None
    if address is not None:
        wanted = numeric_address(address)
        if wanted is None:
            return 0
    verdict = 0
    for item in items.split(","):
        negated = item.startswith("!")
        pattern = item.removeprefix("!")
        if not pattern:
            raise BadPrefix(items)
        network = prefix(pattern, build)
        if wanted is None or address is None:
            continue
        if wanted in network if network is not None else fits(address, pattern):
            if negated:
                return -1
            verdict = 1
    return verdict


def well_formed(items: str, build: Build) -> bool:
    """Whether the daemon would accept the list; what is no prefix passes as a pattern."""
    try:
        list_verdict(None, items, build)
    except BadPrefix:
        return False
    return True
