"""smb.conf(5): which shares are open to guests."""

from collections.abc import Iterator
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_contract.facts.model import Maybe, Unknown

CONFIG = "/etc/samba/smb.conf"
_YES, _NO = frozenset(("yes", "true", "1", "on")), frozenset(("no", "false", "0", "off"))
_SYNONYMS = {"public": "guestok", "onlyguest": "guestonly"}
_ELSEWHERE = frozenset(("include", "configfile", "configbackend", "copy"))
"""What may bring settings from places that are not followed here."""
_UNDECIDED = Unknown(unknown="undecided")


class Share(NamedTuple):
    """An open share and the line that opens it."""

    name: str
    where: str


class _Line(NamedTuple):
    section: str
    key: str
    value: str
    where: str


def guest_shares(host: Host) -> Maybe[tuple[Share, ...]]:
    """Shares with `guest ok`, by themselves or by what [global] says for all. Raises `Refused`.

    Undecided where settings come from elsewhere, unless an open share is found: that is one whatever else is said.
    """
    lines = list(_read(host))
    shares = _sections(lines)
    default = shares.pop("global", {}).get("guestok")
    found = []
    for name, settings in shares.items():
        setting = settings.get("guestok", default)
        available = settings.get("available")
        if setting and setting.value.lower() in _YES and not (available and available.value.lower() in _NO):
            found.append(Share(name, setting.where))
    if not found and any(line.key in _ELSEWHERE for line in lines):
        return _UNDECIDED
    return tuple(found)


def _sections(lines: list[_Line]) -> dict[str, dict[str, _Line]]:
    found: dict[str, dict[str, _Line]] = {}
    for line in lines:
        settings = found.setdefault(line.section, {})
        if line.key:
            settings[line.key] = line
    return found


def _read(host: Host) -> Iterator[_Line]:
    """Settings in their order; keys without blanks and letter case, as Samba compares them."""
    section, pending = "global", ""
    for number, raw in enumerate(host.lines(CONFIG), 1):
        text = pending + raw.strip()
        pending = ""
        if text.endswith("\\"):
            pending = text[:-1]
            continue
        if not text or text[0] in "#;":
            continue
        if text[0] == "[":
            section = text[1:].partition("]")[0].strip().lower()
            yield _Line(section, "", "", f"{CONFIG}:{number}")
            continue
        key, sign, value = text.partition("=")
        key = "".join(key.split()).lower()
        if sign:
            yield _Line(section, _SYNONYMS.get(key, key), value.strip(), f"{CONFIG}:{number}")
