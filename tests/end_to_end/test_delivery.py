"""Whatever happens on the way, every change arrives once and in order; an unchanged host costs next to nothing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from rongdun_agent import cycle
from rongdun_agent.collector_client import Client, Unreachable
from rongdun_agent.config import Config
from rongdun_agent.cycle import run_cycle
from rongdun_agent.host import Host
from rongdun_agent.push import push
from rongdun_agent.spool import Spool
from rongdun_agent.state import Credential, State
from rongdun_contract.wire import Health
from tests.end_to_end.beating import SECTION, facts_digest, next_count, section_number
from tests.end_to_end.collector_process import CollectorProcess
from tests.end_to_end.relay import Relay, relaying
from tests.lab.ports import free_port

KILLS = 100
LONGEST_UNCHANGED_BYTES = 1000
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def collector(database_url: str, tmp_path: Path) -> Iterator[CollectorProcess]:
    """Yield a collector by its command line, once on each engine."""
    place = ("--data", str(tmp_path / "collector"), "--database", database_url)
    process = CollectorProcess(place, free_port(), tmp_path / "collector.log")
    process.command("migrate")
    process.start()
    process.wait()
    yield process
    process.stop()


@pytest.fixture
def state(collector: CollectorProcess, tmp_path: Path) -> State:
    """Return the state of an agent that enrolled by its own command line."""
    token = collector.command("token", "create", "--url", collector.url, "--count", "9").strip().split()[-1]
    folder = tmp_path / "agent"
    command = [Path(sys.executable).parent / "rongdun-agent", "enroll", token, "--state", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return State(folder)


@pytest.fixture
def relay(collector: CollectorProcess) -> Iterator[Relay]:
    """Yield a relay before the collector."""
    with relaying("127.0.0.1", collector.port) as running:
        yield running


def history(database_url: str) -> list[str]:
    """Digests of the counting section's facts, in the order in which the collector holds them to have been true."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT facts FROM section_intervals WHERE section = :section ORDER BY sequence"), {"section": SECTION}
        )
        found = [bytes(row[0]).hex() if not isinstance(row[0], str) else row[0] for row in rows]
    engine.dispose()
    return found


def credential_of(state: State) -> Credential:
    credential = state.credential()
    assert credential is not None
    return credential


def deliver(state: State, url: str, timeout_s: float = 5) -> int:
    """Push what is pending; how many states were delivered."""
    with (
        closing(Spool(state.spool_path)) as spool,
        closing(Client(url, secret=credential_of(state).secret, timeout_s=timeout_s)) as client,
    ):
        return push(spool, client, Health(agent="test"), probes_changed=False).delivered


def record(state: State, count: int, at: datetime | None = None) -> None:
    with closing(Spool(state.spool_path)) as spool:
        spool.record({SECTION: section_number(count)}, at or datetime.now(UTC))


def test_an_unchanged_host_costs_one_small_request(state: State, relay: Relay) -> None:
    """With the facts of this very machine: what ten thousand hosts send every quarter of an hour."""
    credential = credential_of(state)
    state.save_credential(Credential(relay.url, credential.host, credential.secret))
    now = datetime.now(UTC).replace(microsecond=0)
    config = Config(volatile_every_s=86_400, walk_every_s=86_400)
    host = Host()
    first = cycle.survey(host, walk=False)
    steady = lambda *_, **__: first  # noqa: E731 - the machine that runs the tests does change
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cycle, "survey", steady)
        assert run_cycle(host, state, config, now).problem is None
        inventory = relay.count()
        before = relay.connections
        report = run_cycle(host, state, config, now + timedelta(minutes=15))
        cost = relay.count()
    assert (report.delivered, report.pending, report.problem) == (1, 0, None)
    assert relay.connections == before + 1
    assert cost <= LONGEST_UNCHANGED_BYTES, f"{cost} bytes"
    print(f"unchanged {cost} bytes, first inventory {inventory} bytes")


def test_only_missing_documents_travel(state: State, relay: Relay, database_url: str) -> None:
    """The second state shares nothing; the third is the first again, all of it known."""
    for count in (1, 2):
        record(state, count)
        deliver(state, relay.url)
    relay.count()
    record(state, 1)
    deliver(state, relay.url)
    assert relay.count() < 1500
    assert history(database_url) == [facts_digest(n) for n in (1, 2, 1)]


@pytest.mark.parametrize("fault", ["refuse", "500", "502", "cut", "stall"])
def test_a_fault_on_the_way_loses_and_doubles_nothing(
    state: State, relay: Relay, database_url: str, fault: str
) -> None:
    record(state, 1)
    assert deliver(state, relay.url) == 1
    relay.fault = fault
    for count in (2, 3, 4):
        record(state, count)
        with pytest.raises(Unreachable):
            deliver(state, relay.url, timeout_s=0.7)
    relay.fault = None
    assert deliver(state, relay.url) == 3
    assert history(database_url) == [facts_digest(n) for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("cut_after", [0, 1, 100, 250, 300])
def test_an_answer_cut_anywhere_is_asked_for_again(
    state: State, relay: Relay, database_url: str, cut_after: int
) -> None:
    """The collector has it already, the agent does not know: that is where things get doubled."""
    relay.fault, relay.cut_after = "cut", cut_after
    for count in (1, 2):
        record(state, count)
        for _ in range(4):
            with pytest.raises(Unreachable):
                deliver(state, relay.url, timeout_s=2)
    relay.fault = None
    deliver(state, relay.url)
    assert history(database_url) == [facts_digest(n) for n in (1, 2)]


def test_a_full_spool_tells_the_collector_what_was_merged(
    collector: CollectorProcess, state: State, database_url: str
) -> None:
    with closing(Spool(state.spool_path, bound_bytes=6_000)) as spool:
        for count in range(1, 40):
            spool.record({SECTION: section_number(count)}, datetime.now(UTC))
        kept = [entry.sequence for entry in spool.pending()]
    deliver(state, collector.url)
    assert history(database_url) == [facts_digest(n) for n in kept]
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        gap = connection.execute(text("SELECT first, last, merged FROM gaps")).one()
    engine.dispose()
    assert tuple(gap) == (kept[0] + 1, kept[1] - 1, kept[1] - kept[0] - 1)


@pytest.mark.slow
def test_kill_nine_on_either_side_at_random_moments(
    collector: CollectorProcess, state: State, database_url: str, tmp_path: Path
) -> None:
    """A hundred times: after it, the history is every state, once, in order."""
    started = time.monotonic()
    _kill_at_random(collector, state, tmp_path)
    collector.wait()
    with closing(Spool(state.spool_path)) as spool:
        reached = next_count(spool) - 1
    final = subprocess.run(
        _agent_command(state, collector, reached),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert final.stdout.strip().endswith("done"), final.stdout + final.stderr
    assert reached > KILLS / 2, "the agent hardly came to record anything"
    assert history(database_url) == [facts_digest(n) for n in range(1, reached + 1)]
    print(f"{KILLS} kills, {reached} states, {time.monotonic() - started:.0f} s")


def _kill_at_random(collector: CollectorProcess, state: State, tmp_path: Path) -> None:
    """Kill the agent or the collector, and start it again, until all kills are spent; no agent is left running."""
    chance = random.Random(20260101)  # noqa: S311 - moments to kill at, the same in every run
    agent = _start_agent(state, collector, tmp_path)
    try:
        for kill in range(KILLS):
            time.sleep(chance.uniform(0.02, 0.6))
            if chance.random() < 0.6 and kill % 10:
                _kill(agent)
                agent = _start_agent(state, collector, tmp_path)
                continue
            collector.kill()
            time.sleep(chance.uniform(0, 0.2))
            collector.start()
            if chance.random() < 0.5:
                collector.wait()
    finally:
        _kill(agent)


def _kill(agent: subprocess.Popen[bytes]) -> None:
    agent.send_signal(signal.SIGKILL)
    agent.wait(20)


def _agent_command(state: State, collector: CollectorProcess, last: int) -> list[str]:
    return [sys.executable, "-m", "tests.end_to_end.beating", str(state.folder), collector.url, str(last)]


def _start_agent(state: State, collector: CollectorProcess, tmp_path: Path) -> subprocess.Popen[bytes]:
    with (tmp_path / "agent.log").open("ab") as log:
        return subprocess.Popen(_agent_command(state, collector, 10**6), cwd=REPOSITORY, stdout=log, stderr=log)
