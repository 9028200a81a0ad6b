"""What all acts in a drill have in common: who acts when, that the drill is there, and that words are words."""

from datetime import datetime
from typing import NamedTuple
from unicodedata import category

from sqlalchemy import Connection

from rongdun_collector.drill.records import Drill
from rongdun_collector.errors import CollectorError
from rongdun_collector.store import drill_hosts, drills, register

LONGEST_LINE = 256


class By(NamedTuple):
    """Who acts, and when."""

    name: str
    at: datetime


def held(connection: Connection, drill_id: str) -> Drill:
    """The drill, kept from the acts of others until the transaction ends; CollectorError where there is none."""
    drills.hold_drill(connection, drill_id)
    drill = drills.find_drill(connection, drill_id)
    if drill is None:
        raise CollectorError("drill", f"there is no drill {drill_id!r}", "see: rongdun-collector drill list")
    return drill


def refused(drill: Drill, what: str, remedy: str) -> CollectorError:
    """Something that cannot be done in this drill."""
    return CollectorError(f"drill {drill.id}", what, remedy)


def one_line(where: str, text: str, longest: int = LONGEST_LINE) -> str:
    """The words, without the spaces around them; CollectorError for none, for too many, or for what is no text."""
    words = text.strip()
    if not words or len(words) > longest or not all(map(_is_shown, words)):
        raise CollectorError(where, f"{words[:40]!r} cannot be used", f"write one line of 1 to {longest} characters")
    return words


def _is_shown(character: str) -> bool:
    """Spaces of every width are: Chinese is written with wide ones."""
    return character.isprintable() or category(character) == "Zs"


def optional_line(where: str, text: str | None) -> str | None:
    """The words, or None for none."""
    return one_line(where, text) if text and text.strip() else None


def unit_in(connection: Connection, drill: Drill, word: str) -> str:
    """The id of a unit of the drill, from its id or name."""
    found = register.find_unit(connection, word)
    if found is None or found.id not in drill.units:
        raise refused(drill, f"{word!r} is none of its units", f"name one of: {', '.join(drill.units)}")
    return found.id


def place_in(connection: Connection, drill: Drill, unit: str | None, host: str | None) -> tuple[str, str | None]:
    """The ids of a unit and perhaps a host of the drill: a host says its unit, a unit may stand alone."""
    if host is None:
        if not unit:
            raise refused(drill, "neither a unit nor a host is named", "name one of them")
        return unit_in(connection, drill, unit), None
    of_host = drill_hosts.unit_of(connection, drill.id, host)
    if of_host is None or of_host not in drill.units:
        raise refused(drill, f"{host!r} is no host of its units", "use an id of GET /v1/hosts")
    if unit and unit_in(connection, drill, unit) != of_host:
        raise refused(drill, f"host {host} is not of unit {unit!r}", f"leave the unit out: it is {of_host}")
    return of_host, host
