"""A token for a credential: counted, expiring, bound to a unit and a system, harmless when repeated."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from rongdun_collector.store import hosts, register, tokens
from rongdun_collector.store.register import System, Unit
from rongdun_collector.store.tables import METADATA
from rongdun_contract.wire import Claims, Enrolment
from tests.collector.agents import Agent, enrol, section
from tests.collector.conftest import make_token
from tests.collector.serving import START, Collector

SURVEY = {"sysctl": section({"parameters": {}})}
HARDWARE: dict[str, Any] = {"dmi_uuid": "4c4c4544-0042-3510-8052-b4c04f564231", "machine_id": "a" * 32}


def attempt(collector: Collector, token: str, nonce: str = "", **claims: Any) -> httpx.Response:
    said = Claims(**({"hostname": "web-1", "agent": "0.1.0"} | claims))
    body = Enrolment(token=token, nonce=nonce or secrets.token_hex(16), claims=said).to_json()
    return collector.client.post("/v1/enroll", content=body)


def test_an_enrolled_host_stands_in_the_register_with_unit_and_system(collector: Collector) -> None:
    with collector.services.store.write() as connection:
        register.put_units(connection, [Unit("gaj", "市公安局")])
        register.put_systems(connection, [System("xl", "雪亮工程", "gaj", 4)])
    agent = enrol(collector.client, make_token(collector, unit="gaj", system="xl"), hostname="cam-1")
    host = collector.get(f"/v1/hosts/{agent.host}")["host"]
    assert (host["hostname"], host["unit"]["name"], host["system"]["name"]) == ("cam-1", "市公安局", "雪亮工程")
    assert (host["level"], host["presence"]) == (4, "never")


def test_a_token_is_good_for_so_many_hosts(collector: Collector) -> None:
    token = make_token(collector, uses_allowed=2)
    assert [attempt(collector, token).status_code for _ in range(3)] == [200, 200, 403]
    assert "used up" in attempt(collector, token).json()["detail"]


def test_hosts_that_enrol_at_once_do_not_exceed_the_count(collector: Collector) -> None:
    token = make_token(collector, uses_allowed=3)
    codes: list[int] = []
    threads = [threading.Thread(target=lambda: codes.append(attempt(collector, token).status_code)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] * 3 + [403] * 5


def test_an_expired_a_revoked_and_an_invented_token_are_refused_in_words(collector: Collector) -> None:
    expired, revoked = make_token(collector), make_token(collector)
    with collector.services.store.write() as connection:
        found = tokens.find_token(connection, revoked)
        assert found is not None
        tokens.revoke_token(connection, found.id, START)
    assert "revoked" in attempt(collector, revoked).json()["detail"]
    collector.clock.forward(hours=24)
    assert "expired" in attempt(collector, expired).json()["detail"]
    problem = attempt(collector, "invented").json()
    assert "not known" in problem["detail"]
    assert "token create" in problem["remedy"]


def test_a_repeated_enrolment_is_the_same_host_and_costs_one_use(collector: Collector) -> None:
    """The answer was lost on the way: the agent asks again with the same nonce, whenever it can."""
    token = make_token(collector, uses_allowed=1)
    first = attempt(collector, token, nonce="ab" * 16).json()
    collector.clock.forward(hours=30)
    again = attempt(collector, token, nonce="ab" * 16).json()
    assert first["host"] == again["host"]
    assert collector.get("/v1/hosts")["total"] == 1
    stale, living = (Agent(collector.client, one["host"], one["credential"]) for one in (first, again))
    assert stale.post(stale.message(SURVEY, START, sequence=1)).status_code == 401
    living.report(SURVEY, START)


def test_the_secret_is_nowhere_in_the_database(collector: Collector, agent: Agent) -> None:
    """Whoever reads a backup must not be able to report for a host."""
    secret = agent.credential.partition(".")[2]
    with collector.services.store.read() as connection:
        everything = [row for table in METADATA.sorted_tables for row in connection.execute(select(table))]
    assert secret not in repr(everything)


def test_a_clone_and_its_original_both_report_and_the_conflict_says_why(
    collector: Collector, new_agent: Callable[..., Agent]
) -> None:
    original = new_agent(hostname="web-1", machine_id="a" * 32)
    original.report(SURVEY, START)
    clone = new_agent(hostname="web-1", machine_id="a" * 32)
    clone.report(SURVEY, START)
    original.report(SURVEY, START)
    assert clone.host != original.host
    for host, other in ((original.host, clone.host), (clone.host, original.host)):
        found = collector.get(f"/v1/hosts/{host}")
        assert found["host"]["conflict"] is True
        [conflict] = found["conflicts"]
        assert (conflict["other"], conflict["active"]) == (other, True)
        assert "same machine-id" in conflict["reason"]
    assert collector.get("/v1/hosts", conflict=True)["total"] == 2


def test_retiring_one_of_two_settles_their_conflict(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    original = new_agent(machine_id="a" * 32)
    original.report(SURVEY, START)
    clone = new_agent(machine_id="a" * 32)
    with collector.services.store.write() as connection:
        assert hosts.retire(connection, clone.host, START)
    assert collector.get(f"/v1/hosts/{original.host}")["host"]["conflict"] is False
    assert clone.post(clone.message(SURVEY, START, sequence=1)).status_code == 401


def test_a_machine_that_returns_after_silence_keeps_its_history(
    collector: Collector, new_agent: Callable[..., Agent]
) -> None:
    before = new_agent(**HARDWARE)
    before.report(SURVEY, START)
    collector.clock.forward(hours=5)
    after = new_agent(**HARDWARE)
    assert after.host == before.host
    after.report({"sysctl": section({"parameters": {"a": {"running": "1"}}})}, collector.clock())
    assert len(collector.get(f"/v1/hosts/{after.host}/history")["sections"]) == 2
    latest, first = collector.get(f"/v1/hosts/{after.host}")["enrolments"]
    assert (latest["decision"], first["decision"]) == ("same", "new")
    assert "same DMI UUID" in latest["reasons"]


def test_a_retired_host_that_enrols_again_is_back(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    agent = new_agent(**HARDWARE)
    agent.report(SURVEY, START)
    with collector.services.store.write() as connection:
        hosts.retire(connection, agent.host, START)
    assert collector.get("/v1/hosts")["total"] == 0
    assert new_agent(**HARDWARE).host == agent.host
    assert collector.get("/v1/hosts")["total"] == 1


def test_a_host_that_still_has_its_credential_proves_itself(
    collector: Collector, new_agent: Callable[..., Agent]
) -> None:
    agent = new_agent(**HARDWARE)
    agent.report(SURVEY, START)
    token = make_token(collector)
    claims = Claims(hostname="web-1", agent="0.1.0", **HARDWARE)
    body = Enrolment(token=token, nonce="cd" * 16, claims=claims, previous=agent.credential).to_json()
    assert collector.client.post("/v1/enroll", content=body).json()["host"] == agent.host
    assert collector.get(f"/v1/hosts/{agent.host}")["conflicts"] == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"{}", "token: Field required", id="empty"),
        pytest.param(b'{"token":"x","nonce":"ab","claims":{}}', "nonce", id="short nonce"),
        pytest.param(b"[" * 10000, "recursion", id="nested without end"),
    ],
)
def test_an_enrolment_that_cannot_be_understood_is_refused_in_words(
    collector: Collector, body: bytes, says: str
) -> None:
    answer = collector.client.post("/v1/enroll", content=body)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_there_is_no_authority_without_tls(collector: Collector) -> None:
    assert collector.client.get("/v1/ca").status_code == 404
