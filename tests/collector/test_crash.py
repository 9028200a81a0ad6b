"""kill -9 at any moment: what was acknowledged is there, nothing is there twice, and the next start just goes on."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Self

import httpx
import pytest

from rongdun_collector.store.migrate import migrate
from rongdun_collector.store.states import section_history
from rongdun_collector.store.store import open_store
from rongdun_collector.store.tokens import TokenTerms, create_token
from rongdun_contract.documents import manifest
from rongdun_contract.enrolment_token import decode_token
from rongdun_contract.wire import Answer
from tests.collector.agents import Agent, documents, enrol, section
from tests.collector.serving import START

PROGRAM = Path(sys.executable).parent / "rongdun-collector"
RULES = Path(__file__).parent / "rules"
KILLS = 12
STATES_AFTER = 20


def state(number: int) -> dict[str, object]:
    return {"sysctl": section({"parameters": {"kernel.x": {"running": str(number)}}})}


class Killed:
    """A server that is killed and started again until told to stop; `port` stays the same."""

    def __init__(self, database: str, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        argv = [str(PROGRAM), "serve", "--port", str(self.port), "--database", database, "--data", str(data)]
        self._argv = [*argv, "--packs", str(RULES / "pack"), "--controls", str(RULES / "framework.yaml")]
        self.kills = 0
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        chance = random.Random(7)  # noqa: S311 - when to kill is no secret
        while not self._enough.is_set():
            last = self.kills >= KILLS
            process = subprocess.Popen(self._argv, stderr=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})
            self._await(process)
            self._enough.wait(None if last else chance.uniform(0.0, 0.6))
            process.kill()
            process.wait()
            self.kills += 1

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None and not self._enough.is_set():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            time.sleep(0.02)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()


@pytest.fixture
def killed(database_url: str, tmp_path: Path) -> Iterator[Killed]:
    """Yield a server that keeps being killed."""
    store = open_store(database_url)
    migrate(store)
    store.close()
    with Killed(database_url, tmp_path) as server:
        yield server


def insist(send: object, end: float) -> httpx.Response:
    """Repeat a request until it is answered, as an agent does."""
    while True:
        with contextlib.suppress(httpx.TransportError):
            answer: httpx.Response = send()  # type: ignore[operator] # the message is built as plain data, as a broken agent might
            if answer.status_code < 500:
                return answer
        assert time.monotonic() < end
        time.sleep(0.02)


def deliver(agent: Agent, number: int, end: float) -> None:
    """Do all that it takes until state `number` is acknowledged."""
    facts = state(number)
    message = agent.message(facts, START + timedelta(seconds=number), sequence=number)  # type: ignore[arg-type] # the message is built as plain data, as a broken agent might
    while True:
        answer = insist(lambda: agent.post(message), end)
        assert answer.status_code == 200, answer.text
        said = Answer.model_validate_json(answer.content)
        if said.acknowledged:
            assert said.acknowledged == number
            return
        if said.need:
            message["manifest"] = manifest(facts)  # type: ignore[arg-type] # the message is built as plain data, as a broken agent might
        if said.missing:
            wanted = {name: documents(facts)[name] for name in said.missing}  # type: ignore[arg-type] # the message is built as plain data, as a broken agent might
            assert insist(lambda: agent.send_documents(wanted), end).status_code == 200  # noqa: B023 - called at once


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(database_url: str, killed: Killed) -> None:
    end = time.monotonic() + 180
    store = open_store(database_url)
    with store.write() as connection:
        url = f"http://127.0.0.1:{killed.port}"
        terms = TokenTerms(url, START + timedelta(days=36500), uses_allowed=100)
        _, word = create_token(connection, terms, None, START)
    with httpx.Client(base_url=url, timeout=5) as client:
        agent = None
        while agent is None:
            assert time.monotonic() < end
            with contextlib.suppress(httpx.TransportError):
                agent = enrol(client, decode_token(word).secret)
        number, after = 0, 0
        while after < STATES_AFTER:
            number += 1
            after += killed.kills >= KILLS
            deliver(agent, number, end)
    with store.read() as connection:
        history = [part for _, part in section_history(connection, agent.host, "sysctl", 10**6)]
    store.close()
    assert killed.kills >= KILLS
    assert [part.facts for part in reversed(history)] == [state(n)["sysctl"].facts_digest for n in range(1, number + 1)]
    assert [part.valid_to for part in history[1:]] == [part.valid_from for part in history[:-1]]
