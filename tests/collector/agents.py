"""An agent as the collector sees one: what it says on the wire, said by hand."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from rongdun_contract.documents import Section, Survey, Unavailable, canonical_json, manifest, root_digest, section_of
from rongdun_contract.wire import Answer, CheckIn, Claims, Enrolled, Enrolment, Health, pack_documents


def section(facts: Mapping[str, Any], where: str = "/etc/x:1") -> Section:
    """Make a section as an agent would, all of it from one place."""
    return section_of(1, facts, {"": {"where": where}})


@dataclass
class Agent:
    """Keeps count as the spool does; each method is one request."""

    client: httpx.Client
    host: str
    credential: str
    epoch: str = field(default_factory=lambda: secrets.token_hex(8))
    sequence: int = 0

    @property
    def headers(self) -> dict[str, str]:
        """Return the credential as it travels."""
        return {"Authorization": f"Bearer {self.credential}"}

    def message(self, survey: Survey, at: datetime, **changes: Any) -> dict[str, Any]:
        """Return a check-in of this survey with the present sequence."""
        fields = {
            "schema_number": 1,
            "epoch": self.epoch,
            "sequence": self.sequence,
            "taken_at": at,
            "root": root_digest(manifest(survey)),
            "health": Health(agent="0.1.0", cycle_s=0.2, cpu_s=0.1, peak_bytes=40_000_000, spooled=1),
        }
        return fields | changes

    def post(self, message: Mapping[str, Any]) -> httpx.Response:
        """Send a check-in and return whatever comes back."""
        body = CheckIn(**message).to_json()
        return self.client.post("/v1/checkin", content=body, headers=self.headers)

    def ask(self, message: Mapping[str, Any]) -> Answer:
        """Send a check-in that must be answered with 200."""
        answer = self.post(message)
        assert answer.status_code == 200, answer.text
        return Answer.model_validate_json(answer.content)

    def send_documents(self, documents: Mapping[str, bytes]) -> httpx.Response:
        """Deliver documents, compressed."""
        headers = self.headers | {"Content-Encoding": "deflate"}
        return self.client.post("/v1/documents", content=zlib.compress(pack_documents(documents)), headers=headers)

    def report(self, survey: Survey, at: datetime, **changes: Any) -> Answer:
        """Do all that it takes until a new state is acknowledged."""
        self.sequence += 1
        message = self.message(survey, at, **changes)
        answer = self.ask(message)
        if answer.need == "manifest":
            message["manifest"] = manifest(survey)
            answer = self.ask(message)
        if answer.missing:
            sent = self.send_documents({name: documents(survey)[name] for name in answer.missing})
            assert sent.status_code == 200, sent.text
            answer = self.ask(message)
        assert answer.acknowledged == self.sequence
        return answer


def documents(survey: Survey) -> dict[str, bytes]:
    """Return both documents of every section by digest."""
    found = {}
    for part in survey.values():
        if not isinstance(part, Unavailable):
            found[part.facts_digest] = canonical_json(part.facts)
            found[part.sources_digest] = canonical_json(part.sources)
    return found


def enrol(client: httpx.Client, token_secret: str, **claims: Any) -> Agent:
    """Enrol a new agent and return it."""
    said = Claims(**({"hostname": "web-1", "agent": "0.1.0"} | claims))
    body = Enrolment(token=token_secret, nonce=secrets.token_hex(16), claims=said).to_json()
    answer = client.post("/v1/enroll", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    enrolled = Enrolled.model_validate_json(answer.content)
    return Agent(client, enrolled.host, enrolled.credential)
