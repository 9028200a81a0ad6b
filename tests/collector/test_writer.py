"""Group commit: one bad check-in does not refuse its neighbours, a full queue says so, several processes agree."""

from __future__ import annotations

import asyncio
import threading
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rongdun_collector.assessment.ruleset import Ruleset
from rongdun_collector.ingest.record import Reported, record
from rongdun_collector.ingest.writer import Writer
from rongdun_collector.problems import RefusedError
from rongdun_collector.secret import secret_digest
from rongdun_collector.store.store import Store
from rongdun_collector.store.tables.facts import MANIFESTS
from rongdun_contract.wire import CheckIn
from tests.collector.agents import Agent, enrol, section
from tests.collector.conftest import make_token
from tests.collector.serving import START, Clock, Collector, serving
from tests.lab.postgres import Cluster

SURVEY = {"sysctl": section({"parameters": {}})}


def reported(agent: Agent, sequence: int, **changes: Any) -> Reported:
    host, _, secret = agent.credential.partition(".")
    message = CheckIn(**agent.message(SURVEY, START, sequence=sequence, **changes))
    return Reported(host, secret_digest(secret), message)


def write(collector: Collector, *messages: Reported) -> tuple[Writer, list[Any]]:
    """Record messages that all wait before the writer begins; each answer, or what was raised instead."""
    changed: list[str] = []
    writer = Writer(collector.services.store, collector.clock, 300, changed.extend)

    async def all_at_once() -> list[Any]:
        waiting = [asyncio.ensure_future(writer.record(one)) for one in messages]
        await asyncio.sleep(0)
        writer.start()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        await writer.stop()
        return answers

    return writer, asyncio.run(all_at_once())


def test_check_ins_that_wait_together_share_a_commit(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    agents = [new_agent(hostname=f"web-{number}") for number in range(20)]
    for agent in agents:
        agent.report(SURVEY, START)
    writer, answers = write(collector, *(reported(agent, 2) for agent in agents))
    assert [answer.answer.acknowledged for answer in answers] == [2] * 20
    assert (writer.counts.batches, writer.counts.recorded) == (1, 20)


def break_root(collector: Collector) -> str:
    """Store a manifest that cannot be read back, as a damaged disk would; its root."""
    root = "ab" * 32
    values = {"root": root, "data": b"\x00", "stored_at": START}
    with collector.services.store.write() as connection:
        connection.execute(MANIFESTS.insert().values(**values))
    return root


def test_one_that_cannot_be_recorded_fails_alone(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    """Nineteen others in its batch are not to blame."""
    agents = [new_agent(hostname=f"web-{number}") for number in range(20)]
    for agent in agents:
        agent.report(SURVEY, START)
    broken = reported(agents[0], 2, root=break_root(collector))
    writer, (first, *others) = write(collector, broken, *(reported(agent, 2) for agent in agents[1:]))
    assert isinstance(first, zlib.error)
    assert [one.answer.acknowledged for one in others] == [2] * 19
    assert writer.counts.failures == 1


def test_a_mistake_of_ours_is_answered_in_words_on_a_connection_that_goes_on(
    collector: Collector, agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    agent.report(SURVEY, START)
    answer = agent.post(agent.message(SURVEY, START, sequence=2, root=break_root(collector)))
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "POST /v1/checkin failed" in caplog.text
    agent.report(SURVEY, START)


def test_a_database_that_is_away_is_waited_for(
    postgres_cluster: Cluster, postgres_url: str, ruleset: Ruleset, clock: Clock, tmp_path: Path
) -> None:
    """PostgreSQL restarts for an update: hosts and readers are told to come back, and then all goes on by itself."""
    name = postgres_url.rpartition("/")[2]
    with serving(postgres_url, ruleset, clock, tmp_path) as collector:
        agent = enrol(collector.client, make_token(collector))
        agent.report(SURVEY, START)
        postgres_cluster.sql(f"alter database {name} allow_connections false")
        postgres_cluster.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")  # noqa: S608 - a database name of the test's own
        for answer in (agent.post(agent.message(SURVEY, START, sequence=2)), collector.client.get("/v1/hosts")):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
            assert "database" in answer.json()["detail"]
        assert collector.client.get("/healthz").status_code == 503
        postgres_cluster.sql(f"alter database {name} allow_connections true")
        agent.report(SURVEY, START)
        assert collector.get("/healthz") == {"status": "ok"}


def test_judging_that_fails_is_counted_and_tried_again(
    collector: Collector, agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    background = collector.services.background
    with collector.services.store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE result_sets RENAME TO moved")
    agent.report(SURVEY, START)
    collector.settled(lambda: background.counts.failures > 0)
    assert "judging in the background failed" in caplog.text
    with collector.services.store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE moved RENAME TO result_sets")
    assert collector.judged(agent.host)["counts"] is not None
    assert collector.get("/healthz") == {"status": "ok"}


def test_a_host_may_be_twice_in_a_batch(store: Store, collector: Collector, agent: Agent) -> None:
    """A connection died, the agent came back on another: both requests wait, in order."""
    agent.report(SURVEY, START)
    with store.write() as connection:
        batch = [reported(agent, 2), reported(agent, 3), reported(agent, 2)]
        answers = record(connection, batch, collector.clock(), 300)
    assert [one.answer.acknowledged for one in answers] == [2, 3, 2]  # type: ignore[union-attr] # an answer is there, or the test fails here


def test_beyond_its_bound_the_queue_says_when_to_come_back(store: Store, agent: Agent) -> None:
    """A slow disk must not let ten thousand hosts wait until their patience ends."""
    writer = Writer(store, lambda: START, 300, lambda _hosts: None, bound=1)

    async def two() -> None:
        waiting = asyncio.ensure_future(writer.record(reported(agent, 1)))
        await asyncio.sleep(0)
        with pytest.raises(RefusedError) as refused:
            await writer.record(reported(agent, 1))
        assert (refused.value.refusal.status, refused.value.refusal.retry_after_s) == (503, 10)
        waiting.cancel()

    asyncio.run(two())


def test_what_waits_is_recorded_before_the_end(collector: Collector, agent: Agent) -> None:
    agent.report(SURVEY, START)
    writer = Writer(collector.services.store, collector.clock, 300, lambda _hosts: None)

    async def record_and_stop() -> Any:
        waiting = asyncio.ensure_future(writer.record(reported(agent, 2)))
        await asyncio.sleep(0)
        writer.start()
        await writer.stop()
        return await waiting

    assert asyncio.run(record_and_stop()).answer.acknowledged == 2


def test_a_client_that_left_does_not_stop_the_writer(collector: Collector, agent: Agent) -> None:
    agent.report(SURVEY, START)
    writer = Writer(collector.services.store, collector.clock, 300, lambda _hosts: None)

    async def leave() -> Any:
        gone, waiting = (asyncio.ensure_future(writer.record(reported(agent, number))) for number in (2, 3))
        await asyncio.sleep(0)
        gone.cancel()
        writer.start()
        await writer.stop()
        return await waiting

    assert asyncio.run(leave()).answer.acknowledged == 3


def test_several_processes_over_one_database_agree(serve: Callable[..., Collector]) -> None:
    """A balancer sends each request to another process; hosts and readers cannot tell."""
    one, two = serve(), serve()
    agent = enrol(one.client, make_token(one))
    other_way = Agent(two.client, agent.host, agent.credential, agent.epoch)
    for number in range(6):
        sender = (agent, other_way)[number % 2]
        sender.sequence = number
        state = {"sysctl": section({"parameters": {"kernel.x": {"running": str(number)}}})}
        sender.report(state, START + timedelta(seconds=number))
        one.clock.forward(seconds=1)
    assert one.judged(agent.host)["score"] == two.judged(agent.host)["score"]
    history = [one.get(f"/v1/hosts/{agent.host}/history"), two.get(f"/v1/hosts/{agent.host}/history")]
    assert history[0] == history[1]
    assert len(history[0]["sections"]) == 6


def test_hosts_that_report_to_several_processes_at_once_lose_nothing(serve: Callable[..., Collector]) -> None:
    collectors = [serve(), serve()]
    token = make_token(collectors[0], uses_allowed=100)
    failures: list[BaseException] = []

    def life(number: int) -> None:
        try:
            first, second = (collectors[(number + turn) % 2] for turn in range(2))
            agent = enrol(first.client, token, hostname=f"web-{number}")
            for turn in range(8):
                agent.client = (first, second)[turn % 2].client
                agent.report({"sysctl": section({"parameters": {"k": {"running": str(turn)}}})}, START)
            history = second.get(f"/v1/hosts/{agent.host}/history")["sections"]
            assert len(history) == 8
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)

    threads = [threading.Thread(target=life, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
