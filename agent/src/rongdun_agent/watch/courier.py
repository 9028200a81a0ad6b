"""Delivers what the watcher records, beside it: a collector that is slow or away keeps nobody from watching."""

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from rongdun_agent.collector_client import Client, Unreachable
from rongdun_agent.errors import AgentError
from rongdun_agent.push import push
from rongdun_agent.spool import Spool
from rongdun_agent.state import State
from rongdun_contract.wire import Answer, Health, Volatile

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 20.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one round went: what the collector said last, or what stood in the way."""

    at: float
    delivered: int
    answer: Answer | None
    problem: str | None
    seconds: float


class Courier:
    """A thread that pushes when it is woken, and again later when that failed; `fd` is readable when it came back."""

    def __init__(self, state: State, spool_bytes: int, health: Callable[[Spool], Health]) -> None:
        """Start it; it ends with the process, what it did not deliver is in the spool."""
        self.fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._state, self._bound, self._health = state, spool_bytes, health
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._volatile: Volatile | None = None
        self._back: deque[Delivery] = deque(maxlen=64)
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """False when a bug ended it; its traceback is on standard error."""
        return self._thread.is_alive()

    def go(self, volatile: Volatile | None = None) -> None:
        """There is something to deliver: states in the spool, and perhaps volatile sections, of which the latest go."""
        if volatile is not None:
            with self._lock:
                self._volatile = _together(self._volatile, volatile)
        self._wake.set()

    def returns(self) -> list[Delivery]:
        """The rounds since the last call."""
        try:
            os.eventfd_read(self.fd)
        except BlockingIOError:
            return []
        return [self._back.popleft() for _ in range(len(self._back))]

    def _run(self) -> None:
        try:
            self._deliver_for_ever()
        finally:
            os.eventfd_write(self.fd, 1)

    def _deliver_for_ever(self) -> None:
        pause = 0.0
        with closing(Spool(self._state.spool_path, self._bound)) as spool:
            while True:
                if pause:
                    time.sleep(pause * (0.8 + 0.4 * os.urandom(1)[0] / 255))  # hosts shall not come together
                else:
                    self._wake.wait()
                self._wake.clear()
                done = self._round(spool)
                pause = 0.0 if done.problem is None else min(_LONGEST_PAUSE_S, max(_FIRST_PAUSE_S, 2 * pause))
                self._back.append(done)
                os.eventfd_write(self.fd, 1)

    def _round(self, spool: Spool) -> Delivery:
        began, before = time.monotonic(), spool.count()
        answer, problem = None, None
        try:
            answer = self._deliver(spool)
        except (AgentError, sqlite3.Error, OSError) as error:
            problem = str(error)
        now = time.monotonic()
        return Delivery(now, max(0, before - spool.count()), answer, problem, now - began)

    def _deliver(self, spool: Spool) -> Answer | None:
        credential = self._state.credential()
        if credential is None:
            raise AgentError(str(self._state.folder), "this host is not enrolled", "enrol it with a token")
        with closing(Client.of(credential)) as client:
            answer = push(spool, client, self._health(spool), probes_changed=False).answer
            with self._lock:
                volatile, self._volatile = self._volatile, None
            if volatile is not None:
                self._send_volatile(client, volatile)
        return answer

    def _send_volatile(self, client: Client, volatile: Volatile) -> None:
        """What does not arrive waits for the next round, but for sections that are there anew by then."""
        try:
            client.send_volatile(volatile)
        except Unreachable:
            with self._lock:
                self._volatile = _together(volatile, self._volatile)
            raise


def _together(older: Volatile | None, newer: Volatile | None) -> Volatile | None:
    """The sections of both, of one that is in both the newer."""
    if older is None or newer is None:
        return older or newer
    return newer.model_copy(update={"sections": {**older.sections, **newer.sections}})
