"""What all pages of one host have in common: the host, its head, and the moment that they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import Connection

from rongdun_collector.api.hosts import known_host
from rongdun_collector.assessment.explain import load_survey
from rongdun_collector.console.moments import parse_as_of
from rongdun_collector.services import Services
from rongdun_collector.store import fleet
from rongdun_collector.store.hosts import HostRow
from rongdun_contract.documents import Section

AsOfText = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True, slots=True)
class HostHead:
    """The head of a host's pages; `as_of` None is now, and `os` is what the host said of its system then."""

    row: HostRow
    as_of: datetime | None
    now: datetime
    os: Mapping[str, Any]
    conflicts: int

    @property
    def at(self) -> datetime:
        """The moment that the page is about."""
        return self.as_of or self.now

    @property
    def parameters(self) -> dict[str, object]:
        """The moment as an address has it."""
        return {"as_of": self.as_of.isoformat() if self.as_of else None}


def read_head(connection: Connection, services: Services, host: str, as_of: str) -> HostHead:
    """The head of this host's pages; RefusedError (404, 422) for a host or a moment that is none."""
    now = services.now()
    at = parse_as_of(as_of, now)
    row = known_host(connection, host, services.heard_since)
    section = load_survey(connection, row, ["os"], at).get("os")
    facts = section.facts if isinstance(section, Section) else {}
    return HostHead(row, at, now, facts, len(fleet.conflicts(connection, services.heard_since, host)))
