"""Keywords whose value is one word of a few, and how the daemon prints that word."""

from collections.abc import Mapping

from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.numbers import whole_number

Choice = Mapping[str, str]
"""What may be written, in lower case: what is printed."""

FLAG: Choice = {"yes": "yes", "no": "no"}
ROOT_LOGIN: Choice = {
    "without-password": "without-password",
    "prohibit-password": "without-password",
    "forced-commands-only": "forced-commands-only",
    "yes": "yes",
    "no": "no",
}
ADDRESS_FAMILY: Choice = {"inet": "inet", "inet6": "inet6", "any": "any"}
IGNORE_RHOSTS: Choice = {"yes": "yes", "no": "no", "shosts-only": "shosts-only"}
COMPRESSION: Choice = {"yes": "yes", "delayed": "yes", "no": "no"}
GATEWAY_PORTS: Choice = {"clientspecified": "clientspecified", "yes": "yes", "no": "no"}
TCP_FORWARDING: Choice = {"yes": "yes", "all": "yes", "no": "no", "remote": "remote", "local": "local"}
PRIVILEGE_SEPARATION: Choice = {"yes": "yes", "no": "no", "sandbox": "sandbox", "nosandbox": "yes"}
LOG_LEVEL: Choice = {
    "silent": "SILENT",
    "quiet": "SILENT",
    "fatal": "FATAL",
    "error": "ERROR",
    "info": "INFO",
    "verbose": "VERBOSE",
    "debug": "DEBUG",
    "debug1": "DEBUG",
    "debug2": "DEBUG2",
    "debug3": "DEBUG3",
}
LOG_FACILITY: Choice = {
    name.lower(): name for name in ("DAEMON", "USER", "AUTH", "AUTHPRIV", *(f"LOCAL{number}" for number in range(8)))
}
DIGEST: Choice = {name.lower(): name for name in ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")}
TUNNEL = ("no", "point-to-point", "ethernet", "yes")
"""Case matters here."""

_CLASSES = {
    **{f"af{family}{drop}": family << 5 | drop << 3 for family in (1, 2, 3, 4) for drop in (1, 2, 3)},
    **{f"cs{number}": number << 5 for number in range(8)},
    "ef": 0xB8,
}
_TYPES = {"lowdelay": 0x10, "throughput": 0x08, "reliability": 0x04}


def quality_of_service(word: str, build: Build) -> str | None:
    """The printed form of an IPQoS value, None when it is none; the names of types of service lost their meaning."""
    name = word.lower()
    modern = modern_qos(build)
    if name == "none" or (modern and name in _TYPES):
        return "none"
    names = {**_CLASSES, "le": 0x04 if build.since(8, 7) else 0x01, **({} if modern else _TYPES)}
    number = names[name] if name in names else whole_number(word, 0, 255) if modern else _any_base(word)
    if number is None:
        return None
    # names that share a value print as the first of them
    return next((known for known, value in names.items() if value == number), f"0x{number:02x}")


def modern_qos(build: Build) -> bool:
    """OpenSSH 10.1, and Debian's 10.0 since the update that took it over."""
    return build.since(10, 1) or (build.since(10, 0) and build.debian_update >= 3)  # noqa: PLR2004 - deb13u3


def _any_base(word: str) -> int | None:
    text = word.strip(" \t\n\v\f\r")
    octal = text[:1] == "0" and text[1:].isdigit()
    try:
        number = int(text, 8 if octal else 0)
    except ValueError:
        return None
    return number if 0 <= number <= 255 and "_" not in text else None  # noqa: PLR2004 - one byte
