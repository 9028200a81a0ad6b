"""Check-ins: one request while nothing changes, documents once, everything harmless when repeated."""

from __future__ import annotations

import http.client
import json
import secrets
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest

from rongdun_collector.store.documents import load_documents
from rongdun_contract.documents import Unavailable, canonical_json, digest, manifest
from rongdun_contract.wire import CheckIn
from tests.collector.agents import Agent, documents, section
from tests.collector.serving import START, Collector

SURVEY = {
    "sshd": section(
        {"installed": True, "contexts": [{"name": "base", "permit_root_login": "no"}]}, "/etc/ssh/sshd_config:3"
    ),
    "sysctl": section({"parameters": {"net.ipv4.ip_forward": {"running": "0"}}}),
}
LATER = SURVEY | {"sysctl": section({"parameters": {"net.ipv4.ip_forward": {"running": "1"}}})}


def history(collector: Collector, agent: Agent, name: str = "sysctl") -> list[dict[str, Any]]:
    return list(collector.get(f"/v1/hosts/{agent.host}/history", section=name)["sections"])


def test_a_new_state_asks_for_its_manifest_and_then_for_its_documents(agent: Agent, collector: Collector) -> None:
    agent.sequence = 1
    message = agent.message(SURVEY, START)
    assert agent.ask(message).need == "manifest"
    message["manifest"] = manifest(SURVEY)
    assert set(agent.ask(message).missing) == set(documents(SURVEY))
    assert history(collector, agent) == []
    agent.send_documents(documents(SURVEY))
    assert agent.ask(message).acknowledged == 1
    assert len(history(collector, agent)) == 1


def test_an_unchanged_host_costs_one_small_request(agent: Agent, collector: Collector) -> None:
    """Ten thousand hosts do this every quarter of an hour: at most 1000 bytes of HTTP, answer included."""
    agent.report(SURVEY, START)
    agent.sequence = 123_456
    body = CheckIn(**agent.message(SURVEY, START, confirmed_until=START, read_at={"walk": START})).to_json()
    spoken = raw_exchange(collector, "/v1/checkin", body, agent.headers)
    assert b'{"acknowledged":123456,"interval_s":900}' in spoken
    assert len(spoken) <= 1000


def raw_exchange(collector: Collector, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return all bytes of a request and its answer, as http.client makes and reads them."""
    seen = bytearray()

    class Listening(http.client.HTTPConnection):
        def send(self, data: Any) -> None:
            seen.extend(data)
            super().send(data)

    address = urlsplit(collector.url)
    connection = Listening(str(address.hostname), address.port)
    connection.request("POST", path, body, headers | {"Content-Type": "application/json"})
    answer = connection.getresponse()
    said = answer.read()
    head = (
        f"HTTP/1.1 {answer.status} {answer.reason}\r\n"
        + "".join(f"{k}: {v}\r\n" for k, v in answer.getheaders())
        + "\r\n"
    )
    connection.close()
    return bytes(seen) + head.encode() + said


def test_a_document_that_another_host_sent_is_not_asked_for_again(
    new_agent: Callable[..., Agent], collector: Collector
) -> None:
    """A hundred servers of one image send their policy once."""
    new_agent(hostname="one").report(SURVEY, START)
    second = new_agent(hostname="two")
    second.sequence = 1
    message = second.message(SURVEY, START)
    assert second.ask(message).acknowledged == 1
    assert len(history(collector, second)) == 1


def test_a_host_that_returns_to_an_earlier_state_sends_only_its_root(agent: Agent, collector: Collector) -> None:
    agent.report(SURVEY, START)
    collector.clock.forward(hours=2)
    agent.report(LATER, START + timedelta(hours=1))
    agent.sequence += 1
    assert agent.ask(agent.message(SURVEY, START + timedelta(hours=2))).acknowledged == 3
    assert len(history(collector, agent)) == 3


def test_history_has_an_interval_per_change_and_none_for_what_stayed(agent: Agent, collector: Collector) -> None:
    agent.report(SURVEY, START)
    collector.clock.forward(hours=3)
    agent.report(LATER, START + timedelta(hours=1))
    agent.report(LATER, START + timedelta(hours=2))
    now, before = history(collector, agent)
    assert (now["valid_to"], before["valid_to"]) == (None, now["valid_from"])
    assert now["valid_from"] == "2026-03-01T09:00:00Z"
    assert len(history(collector, agent, "sshd")) == 1


def test_a_section_that_becomes_unreadable_or_vanishes_is_in_the_history(agent: Agent, collector: Collector) -> None:
    agent.report(SURVEY, START)
    collector.clock.forward(hours=3)
    agent.report(SURVEY | {"sysctl": Unavailable("no permission")}, START + timedelta(hours=1))
    agent.report({"sshd": SURVEY["sshd"]}, START + timedelta(hours=2))
    unreadable, readable = history(collector, agent)
    assert readable["unavailable"] is None
    assert unreadable["unavailable"] == "no permission"
    assert unreadable["valid_to"] == "2026-03-01T10:00:00Z"


def test_repeating_a_check_in_changes_nothing(agent: Agent, collector: Collector) -> None:
    """The answer may be lost after the commit; the agent then sends the same again, through any proxy, at any time."""
    agent.report(SURVEY, START)
    first = agent.message(SURVEY, START)
    collector.clock.forward(hours=3)
    agent.report(LATER, START + timedelta(hours=1))
    second = agent.message(LATER, START + timedelta(hours=1))
    before = history(collector, agent)
    for message in (second, first, second):
        assert agent.ask(message).acknowledged == message["sequence"]
    assert history(collector, agent) == before
    agent.report(SURVEY, START + timedelta(hours=2))


def test_a_repeated_check_in_may_confirm_the_state_for_longer(agent: Agent, collector: Collector) -> None:
    """The agent that could not read the answer looks again: the same entry, true for longer."""
    agent.report(SURVEY, START)
    collector.clock.forward(hours=3)
    agent.ask(agent.message(SURVEY, START, confirmed_until=START + timedelta(hours=2)))
    host = collector.get(f"/v1/hosts/{agent.host}")["host"]
    assert host["facts_until"] == "2026-03-01T10:00:00Z"
    assert host["facts_since"] == "2026-03-01T08:00:00Z"


def test_another_life_of_an_agent_is_told_to_make_a_new_epoch(agent: Agent, collector: Collector) -> None:
    """A snapshot was restored: its sequence numbers were used before, its states are new and must not be lost."""
    agent.report(SURVEY, START)
    agent.report(LATER, START)
    collector.clock.forward(hours=3)
    agent.sequence = 1
    answer = agent.post(agent.message(SURVEY, START + timedelta(hours=1)))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:rongdun:problem:state-diverged")
    agent.epoch, agent.sequence = secrets.token_hex(8), 0
    agent.report(SURVEY, START + timedelta(hours=1))
    assert len(history(collector, agent)) == 3


def test_two_copies_with_one_credential_both_report_and_are_seen(agent: Agent, collector: Collector) -> None:
    copy = Agent(agent.client, agent.host, agent.credential)
    agent.report(SURVEY, START)
    copy.report(LATER, START)
    assert collector.get(f"/v1/hosts/{agent.host}")["conflicts"] == []
    agent.report(SURVEY, START)
    copy.report(LATER, START)
    [conflict] = collector.get(f"/v1/hosts/{agent.host}")["conflicts"]
    assert "two copies" in conflict["reason"]
    assert conflict["active"] is True


def test_a_late_duplicate_of_an_epoch_that_was_left_is_acknowledged_without_effect(
    agent: Agent, collector: Collector
) -> None:
    agent.report(SURVEY, START)
    late = agent.message(SURVEY, START)
    agent.epoch, agent.sequence = secrets.token_hex(8), 0
    agent.report(LATER, START)
    before = history(collector, agent)
    assert agent.ask(late).acknowledged == late["sequence"]
    assert history(collector, agent) == before
    assert collector.get(f"/v1/hosts/{agent.host}")["conflicts"] == []


def test_a_gap_in_the_spool_is_on_record(agent: Agent, collector: Collector) -> None:
    agent.sequence = 9
    agent.report(SURVEY, START, gap={"first": 2, "last": 9, "merged": 8})
    assert collector.get(f"/v1/hosts/{agent.host}")["gaps"] == [{"before": "2026-03-01T08:00:00Z", "states": 8}]


def test_a_clock_that_was_set_back_or_far_ahead_does_not_reorder_history(agent: Agent, collector: Collector) -> None:
    agent.report(SURVEY, START + timedelta(days=3650))
    agent.report(LATER, START - timedelta(days=3650))
    agent.report(SURVEY, START)
    intervals = history(collector, agent)
    moments = [datetime.fromisoformat(one["valid_from"]) for one in intervals]
    assert len(moments) == 3
    assert moments == sorted(moments, reverse=True)
    assert moments[-1] == START


def test_a_section_that_returns_while_the_clock_is_set_back_overlaps_nothing(
    agent: Agent, collector: Collector
) -> None:
    """It has no present interval to be measured by, and two of its intervals must never hold at once."""
    without = {"sshd": SURVEY["sshd"]}
    agent.report(SURVEY, START - timedelta(seconds=100))
    agent.report(without, START - timedelta(seconds=50))
    for survey in (SURVEY, without, SURVEY):
        agent.report(survey, START - timedelta(seconds=80))
    intervals = history(collector, agent)[::-1]
    assert [one["valid_to"] for one in intervals][-1] is None
    for before, after in pairwise(intervals):
        assert datetime.fromisoformat(before["valid_to"]) <= datetime.fromisoformat(after["valid_from"])


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z", "9000-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"]
)
@pytest.mark.parametrize("field", ["taken_at", "confirmed_until", "read_at"])
def test_moments_at_the_ends_of_the_calendar_are_refused(
    agent: Agent, collector: Collector, field: str, moment: str
) -> None:
    """In the database one of them would break every list that the host stands in."""
    message = json.loads(CheckIn(**agent.message(SURVEY, START, sequence=1)).to_json())
    message[field] = {"walk": moment} if field == "read_at" else moment
    answer = agent.client.post("/v1/checkin", content=json.dumps(message), headers=agent.headers)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(field)
    assert collector.client.get("/metrics").status_code == 200


@pytest.mark.parametrize(
    "credential",
    [
        pytest.param(".", id="none at all"),
        pytest.param("nobody.secret", id="unknown host"),
        pytest.param("{host}.wrong", id="wrong secret"),
        pytest.param("{host}", id="no secret"),
        pytest.param("{host}.\u00e9", id="a secret that is no ASCII"),
    ],
)
def test_nobody_reports_for_a_host_without_its_credential(agent: Agent, collector: Collector, credential: str) -> None:
    agent.report(SURVEY, START)
    agent.credential, agent.sequence = credential.format(host=agent.host), 2
    headers = {"Authorization": f"Bearer {agent.credential}".encode()}
    body = CheckIn(**agent.message(LATER, START)).to_json()
    for path in ("/v1/checkin", "/v1/documents", "/v1/volatile"):
        answer = collector.client.post(path, content=body, headers=headers)
        assert answer.status_code == 401, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert "www-authenticate" in answer.headers
    assert len(history(collector, agent)) == 1


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        pytest.param(b"", 422, "EOF", id="nothing"),
        pytest.param(b"{", 422, "EOF", id="cut short"),
        pytest.param(b"[" * 100_000, 422, "recursion", id="nested without end"),
        pytest.param(b"{}", 422, "schema", id="empty"),
        pytest.param(b"\xff\xfe", 422, "JSON", id="no text"),
        pytest.param(b" " * 300_000, 413, "262144 bytes", id="too large"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_words(agent: Agent, body: bytes, status: int, says: str) -> None:
    answer = agent.client.post("/v1/checkin", content=body, headers=agent.headers)
    problem = answer.json()
    assert answer.status_code == status
    assert says in problem["detail"]
    assert problem["remedy"]


def test_a_manifest_that_is_not_its_root_is_refused(agent: Agent) -> None:
    agent.sequence = 1
    message = agent.message(SURVEY, START) | {"manifest": manifest(LATER)}
    answer = agent.post(message)
    assert answer.status_code == 422
    assert "not the root" in answer.json()["detail"]


def test_a_chunked_body_without_a_length_is_bounded_too(agent: Agent) -> None:
    answer = agent.client.post("/v1/checkin", content=(b" " * 65536 for _ in range(10)), headers=agent.headers)
    assert answer.status_code == 413


def deflated(data: bytes) -> bytes:
    return zlib.compress(data)


def line(value: object) -> bytes:
    return named(canonical_json(value))


def named(data: bytes) -> bytes:
    return digest(data).encode() + b" " + data + b"\n"


@pytest.mark.parametrize(
    ("body", "encoding", "status", "says"),
    [
        pytest.param(deflated(b" " * (64 * 2**20 + 1)), "deflate", 413, "67108864 bytes", id="bomb"),
        pytest.param(deflated(line({}))[:-1], "deflate", 422, "cut short", id="cut short"),
        pytest.param(deflated(line({})) + b"x", "deflate", 422, "something follows", id="something after it"),
        pytest.param(b"plain", "deflate", 422, "zlib", id="not compressed"),
        pytest.param(line({}), "gzip", 415, "gzip", id="another encoding"),
        pytest.param(b"a" * 64 + b" {}\n", None, 422, "not what its digest says", id="wrong digest"),
        pytest.param(line([1]), None, 422, "no JSON object", id="a list"),
        pytest.param(digest(b"{").encode() + b" {\n", None, 422, "no JSON", id="no JSON"),
        pytest.param(digest(b"[" * 5000).encode() + b" " + b"[" * 5000, None, 422, "recursion", id="too deep"),
        pytest.param(b"hello", None, 422, "line 1", id="no batch"),
        pytest.param(line({"a": 1}).replace(b"1}", b"NaN}"), None, 422, "its digest", id="changed on the way"),
        pytest.param(named(b'{"a":NaN}'), None, 422, "no JSON", id="not a number"),
        pytest.param(
            named(b'{"a":[' + b"[]," * 2_000_000 + b"[]]}"), None, 413, "2000000 values", id="small but dense"
        ),
    ],
)
def test_documents_that_are_not_what_they_should_be_are_refused_in_words(
    agent: Agent, body: bytes, encoding: str | None, status: int, says: str
) -> None:
    headers = agent.headers | ({"Content-Encoding": encoding} if encoding else {})
    answer = agent.client.post("/v1/documents", content=body, headers=headers)
    assert answer.status_code == status
    assert says in answer.json()["detail"]


def test_documents_are_kept_byte_for_byte(agent: Agent, collector: Collector) -> None:
    """The digest is that of the bytes as sent: escapes and the order of keys must come back as they went in."""
    sent = {digest(data): data for data in (b'{"b":1,"a":"\\u00e9"}', '{"a":"榕"}'.encode(), b"{}")}
    assert agent.send_documents(sent).json() == {"stored": 3}
    assert agent.send_documents(sent).json() == {"stored": 3}
    with collector.services.store.read() as connection:
        assert load_documents(connection, sent) == sent
