"""A host that watches for a drill, as the collector hears it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rongdun_contract.documents import Section, Survey, Unavailable, manifest, root_digest, section_of
from rongdun_contract.facts import SECTIONS
from rongdun_contract.wire import Answer, DrillOrder, DrillWatch
from tests.collector.agents import Agent


def part(name: str, facts: dict[str, Any]) -> Section:
    """Make a section of the schema that rules are checked against."""
    return section_of(SECTIONS[name].schema, facts, {"": {"where": "/etc/x:1"}})


QUIET: dict[str, Section | Unavailable] = {
    "accounts": part("accounts", {"users": [{"name": "root", "uid": 0}]}),
    "sockets": part("sockets", {"listening": [{"protocol": "tcp", "port": 22}]}),
    "sysctl": part("sysctl", {"parameters": {"net.ipv4.ip_forward": {"running": "0"}}}),
}


def accounts(*names: str) -> dict[str, Section | Unavailable]:
    """Return facts in which these have UID 0 beside root."""
    users = [{"name": name, "uid": 0} for name in ("root", *names)]
    return {"accounts": part("accounts", {"users": users})}


def listening(*ports: int) -> dict[str, Section | Unavailable]:
    """Return facts in which these ports listen beside SSH's."""
    return {"sockets": part("sockets", {"listening": [{"protocol": "tcp", "port": port} for port in (22, *ports)]})}


@dataclass
class Watcher:
    """Keeps the order and the reference as an agent does; its clock is the collector's, plus `ahead`."""

    agent: Agent
    clock: Callable[[], datetime]
    order: DrillOrder | None = None
    reference: str | None = None
    survey: Survey = field(default_factory=lambda: dict(QUIET))
    last: dict[str, Any] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """Return the host's id."""
        return self.agent.host

    def begin(self) -> None:
        """Hear of the drill with an ordinary check-in, pin the reference, say so."""
        self.see()
        assert self.order is not None
        self.reference = root_digest(manifest(self.survey))
        self.see()

    def see(self, *changes: Survey, at: datetime | None = None) -> Answer:
        """Report a new state: the quiet one with these changes."""
        self.survey = {**QUIET, **{name: part for change in changes for name, part in change.items()}}
        self.agent.sequence += 1
        self.last = self.agent.message(self.survey, at or self.clock(), **self._drill())
        return self._told(self._delivered())

    def look_again(self, at: datetime | None = None) -> Answer:
        """Repeat the check-in: everything was looked at again and is as it was."""
        self.last = self.last | self._drill() | {"confirmed_until": at or self.clock()}
        return self._told(self.agent.ask(self.last))

    def send_again(self) -> Answer:
        """Send the very same check-in, as when its answer was lost."""
        return self._told(self.agent.ask(self.last))

    def _delivered(self) -> Answer:
        answer = self.agent.ask(self.last)
        if answer.need == "manifest":
            answer = self.agent.ask(self.last | {"manifest": manifest(self.survey)})
        if answer.missing:
            self.agent.sequence -= 1
            answer = self.agent.report(self.survey, self.last["taken_at"], **self._drill())
        return answer

    def _told(self, answer: Answer) -> Answer:
        self.order = answer.drill
        return answer

    def _drill(self) -> dict[str, DrillWatch]:
        if self.order is None or self.reference is None:
            return {}
        return {"drill": DrillWatch(id=self.order.id, reference=self.reference)}
