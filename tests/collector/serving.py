"""A collector under test: the real application on a real socket, its clock in the test's hand."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from rongdun_collector.app import build_app
from rongdun_collector.assessment.ruleset import Ruleset
from rongdun_collector.config import Settings
from rongdun_collector.services import Services, build_services
from rongdun_collector.store.migrate import migrate
from rongdun_collector.store.results import due_hosts
from rongdun_collector.store.store import open_store

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@dataclass
class Clock:
    """The time as the collector sees it; it stands until the test moves it."""

    at: datetime = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at

    def forward(self, **span: float) -> datetime:
        """Let time pass, as in `forward(hours=3)`."""
        self.at += timedelta(**span)
        return self.at


@dataclass
class Collector:
    """A running collector."""

    url: str
    services: Services
    clock: Clock
    client: httpx.Client = field(repr=False)

    def get(self, path: str, **parameters: Any) -> Any:
        """Return the JSON that a GET answers, which must be 200."""
        answer = self.client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def settled(self, done: Callable[[], bool], within_s: float = 20) -> None:
        """Wait until something that happens in the background has happened."""
        end = time.monotonic() + within_s
        while not done():
            assert time.monotonic() < end, "the collector did not come to it"
            time.sleep(0.02)

    def judged(self, host: str) -> dict[str, Any]:
        """Return the host once its result is that of its present facts and the present rules."""
        ruleset, store = self.services.ruleset, self.services.store

        def done() -> bool:
            with store.read() as connection:
                due = due_hosts(connection, ruleset.digest, self.clock(), 1000)
            return host not in {one.host for one in due}

        self.settled(done)
        found: dict[str, Any] = self.get(f"/v1/hosts/{host}")["host"]
        return found


@contextmanager
def serving(url: str, ruleset: Ruleset, clock: Clock, data: Path, **settings: Any) -> Iterator[Collector]:
    """Run a collector in a thread of this process until the block is left."""
    store = open_store(url)
    migrate(store)
    services = build_services(Settings(data=data, database=url, **settings), store, ruleset, clock)
    services.background.look_every_s = 0.05
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(build_app(services), log_config=None, access_log=False, server_header=False))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=address, timeout=30) as client:
            collector = Collector(address, services, clock, client)
            collector.settled(lambda: server.started)
            yield collector
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
