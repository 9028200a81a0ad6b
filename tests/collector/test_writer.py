"""Group commit: one bad check-in does not refuse its neighbours, a full queue says so, several processes agree."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rongdun_collector.ingest.record import Reported, record
from rongdun_collector.ingest.writer import Writer
from rongdun_collector.problems import Refusal, RefusedError
from rongdun_collector.secret import secret_digest
from rongdun_collector.store.store import Store
from rongdun_contract.wire import CheckIn
from tests.collector.agents import Agent, enrol, section
from tests.collector.conftest import make_token
from tests.collector.serving import START, Collector

SURVEY = {"sysctl": section({"parameters": {}})}


def reported(agent: Agent, sequence: int, **changes: Any) -> Reported:
    host, _, secret = agent.credential.partition(".")
    message = CheckIn(**agent.message(SURVEY, START, sequence=sequence, **changes))
    return Reported(host, secret_digest(secret), message)


def test_check_ins_that_wait_together_share_a_commit(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    agents = [new_agent(hostname=f"web-{number}") for number in range(20)]
    for agent in agents:
        agent.report(SURVEY, START)
    writer = collector.services.writer
    before = writer.counts.batches

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(writer.record(reported(agent, 2)) for agent in agents))

    answers = asyncio.run(all_at_once())
    assert [answer.answer.acknowledged for answer in answers] == [2] * 20
    assert writer.counts.batches - before < 20


def test_one_that_cannot_be_recorded_is_refused_alone(
    collector: Collector, new_agent: Callable[..., Agent], caplog: pytest.LogCaptureFixture
) -> None:
    """A manifest from the stored bytes of which something is missing is our mistake; nineteen others are not to blame."""
    agents = [new_agent(hostname=f"web-{number}") for number in range(5)]
    for agent in agents:
        agent.report(SURVEY, START)
    store = collector.services.store
    with store.write() as connection:
        connection.exec_driver_sql("DELETE FROM manifests")
        name = {"sqlite": "x'00'", "postgresql": "'\\x00'"}[store.dialect]
        root = {"sqlite": f"x'{'ab' * 32}'", "postgresql": f"'\\x{'ab' * 32}'"}[store.dialect]
        connection.exec_driver_sql(f"INSERT INTO manifests (root, data, stored_at) VALUES ({root}, {name}, 0)")  # noqa: S608
    writer = collector.services.writer

    async def all_at_once() -> list[Any]:
        broken = writer.record(reported(agents[0], 2, root="ab" * 32))
        return await asyncio.gather(broken, *(writer.record(reported(agent, 2)) for agent in agents[1:]))

    first, *others = asyncio.run(all_at_once())
    assert isinstance(first.answer, Refusal)
    assert first.answer.status == 500
    assert [one.answer.acknowledged for one in others] == [2] * 4
    assert writer.counts.failures == 1
    assert agents[0].host in caplog.text


def test_a_host_may_be_twice_in_a_batch(store: Store, collector: Collector, agent: Agent) -> None:
    """A connection died, the agent came back on another: both requests wait, in order."""
    agent.report(SURVEY, START)
    with store.write() as connection:
        batch = [reported(agent, 2), reported(agent, 3), reported(agent, 2)]
        answers = record(connection, batch, collector.clock(), 300)
    assert [one.answer.acknowledged for one in answers] == [2, 3, 2]  # type: ignore[union-attr]


def test_beyond_its_bound_the_queue_says_when_to_come_back(store: Store, agent: Agent) -> None:
    """A slow disk must not let ten thousand hosts wait until their patience ends."""
    writer = Writer(store, lambda: START, 300, lambda _hosts: None, bound=1)
    item = Reported("nobody", "0" * 64, CheckIn(**agent.message(SURVEY, START, sequence=1)))

    async def two() -> None:
        waiting = asyncio.ensure_future(writer.record(item))
        await asyncio.sleep(0)
        with pytest.raises(RefusedError) as refused:
            await writer.record(item)
        assert (refused.value.refusal.status, refused.value.refusal.retry_after_s) == (503, 10)
        writer.start()
        recorded = await waiting
        assert isinstance(recorded.answer, Refusal)
        assert recorded.answer.status == 401
        writer.stop()

    asyncio.run(two())


def test_what_waits_is_recorded_before_the_end(collector: Collector, agent: Agent) -> None:
    agent.report(SURVEY, START)
    writer = Writer(collector.services.store, collector.clock, 300, lambda _hosts: None)

    async def record_and_stop() -> Any:
        waiting = asyncio.ensure_future(writer.record(reported(agent, 2)))
        await asyncio.sleep(0)
        writer.start()
        await asyncio.to_thread(writer.stop)
        return await waiting

    assert asyncio.run(record_and_stop()).answer.acknowledged == 2


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
