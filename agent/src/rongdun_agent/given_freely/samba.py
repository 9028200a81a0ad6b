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
    """Shares with `guest ok`, by themselves or by what [global] says for those after it. Raises `Refused`.

    Undecided where settings come from elsewhere, or Samba would refuse a word, unless an open share is found.
    """
    lines = list(_read(host))
    found = []
    for name, settings in _sections(lines).items():
        setting, available = settings.get("guestok"), settings.get("available")
        if setting and setting.value.lower() in _YES and not (available and available.value.lower() in _NO):
            found.append(Share(name, setting.where))
    if not found and any(line.key in _ELSEWHERE or _is_refused(line) for line in lines):
        return _UNDECIDED
    return tuple(found)


def _is_refused(line: _Line) -> bool:
    return line.key == "guestok" and line.value.lower() not in _YES | _NO


def _sections(lines: list[_Line]) -> dict[str, dict[str, _Line]]:
    """Settings by share; a share begins with what [global] has said until then."""
    defaults: dict[str, _Line] = {}
    found: dict[str, dict[str, _Line]] = {}
    for line in lines:
        settings = defaults if line.section == "global" else found.setdefault(line.section, dict(defaults))
        if line.key:
            settings[line.key] = line
    return found


def _read(host: Host) -> Iterator[_Line]:
    """Settings in their order; keys without blanks and letter case, as Samba compares them."""
    section, pending = "global", ""
    for number, raw in enumerate(host.lines(CONFIG), 1):
        if not pending and raw.lstrip()[:1] in ("", "#", ";"):
            continue  # a comment ends with its line
        text, pending = pending + raw.strip(), ""
        if text.endswith("\\"):
            pending = text[:-1]
            continue
        if text[0] == "[":
            section = text[1:].partition("]")[0].strip().lower()
            yield _Line(section, "", "", f"{CONFIG}:{number}")
            continue
        key, sign, value = text.partition("=")
        key = "".join(key.split()).lower()
        if sign:
            yield _Line(section, _SYNONYMS.get(key, key), value.strip(), f"{CONFIG}:{number}")
