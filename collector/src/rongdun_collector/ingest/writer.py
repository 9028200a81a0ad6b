"""Group commit: one thread records what waits in one transaction, and answers it when the transaction is durable."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from rongdun_collector.ingest.record import Recorded, Reported, record
from rongdun_collector.problems import Refusal, busy
from rongdun_collector.store.store import Store

BATCH = 500
WAITING = 5000
"""Check-ins that may wait; beyond it a host is told to come back, which costs less than letting all time out."""

log = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    reported: Reported
    answer: "asyncio.Future[Recorded]"
    loop: asyncio.AbstractEventLoop


@dataclass(slots=True)
class WriterCounts:
    """What the writer did since it was started; one thread writes, any may read."""

    batches: int = 0
    recorded: int = 0
    failures: int = 0


@dataclass
class Writer:
    """Records check-ins in the order in which they came; `on_change` hears which hosts have other facts now."""

    store: Store
    now: Callable[[], datetime]
    interval_s: int
    on_change: Callable[[Sequence[str]], None]
    bound: int = WAITING
    counts: WriterCounts = field(default_factory=WriterCounts)

    def __post_init__(self) -> None:
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(self.bound)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    @property
    def waiting(self) -> int:
        """How many check-ins wait to be recorded."""
        return self._queue.qsize()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to record."""
        self._thread.start()

    def stop(self) -> None:
        """Record what waits, then end."""
        self._queue.put(None)
        self._thread.join()

    async def record(self, reported: Reported) -> Recorded:
        """Return when the check-in is durable; RefusedError (503) when too many wait."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Recorded] = loop.create_future()
        try:
            self._queue.put_nowait(_Waiting(reported, answer, loop))
        except queue.Full:
            raise busy(f"{self.bound} check-ins are waiting to be recorded", retry_after_s=10) from None
        return await answer

    def _run(self) -> None:
        while batch := self._next_batch():
            self._record(batch)

    def _next_batch(self) -> list[_Waiting]:
        """What waits, at most a batch of it, when something does; empty after `stop`."""
        batch: list[_Waiting] = []
        while len(batch) < BATCH and not self._stopping and (not batch or not self._queue.empty()):
            waiting = self._queue.get()
            if waiting is None:
                self._stopping = True
            else:
                batch.append(waiting)
        return batch

    def _record(self, batch: list[_Waiting]) -> None:
        try:
            with self.store.write() as connection:
                reported = [waiting.reported for waiting in batch]
                recorded = record(connection, reported, self.now(), self.interval_s)
        except Exception:  # one of the four places: around one request, here a batch of them
            log.exception("a batch of %s check-ins was not recorded", len(batch))
            self._failed(batch)
            return
        self.counts.batches += 1
        self.counts.recorded += len(batch)
        self._answer(batch, recorded)
        changed = [waiting.reported.host for waiting, outcome in zip(batch, recorded, strict=True) if outcome.changed]
        if changed:
            self.on_change(changed)

    def _failed(self, batch: list[_Waiting]) -> None:
        """Nothing of the batch is recorded: each is tried alone, so that one does not refuse its neighbours."""
        if len(batch) > 1:
            for waiting in batch:
                self._record([waiting])
            return
        self.counts.failures += 1
        log.error("the check-in that was not recorded is host %s's", batch[0].reported.host)
        refusal = Refusal(
            500, "failed", "Not recorded", "the collector could not record this check-in", "Try again later."
        )
        self._answer(batch, [Recorded(refusal)])

    def _answer(self, batch: list[_Waiting], recorded: list[Recorded]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Recorded], Recorded]]] = {}
        for waiting, outcome in zip(batch, recorded, strict=True):
            by_loop.setdefault(waiting.loop, []).append((waiting.answer, outcome))
        for loop, answers in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, answers)


def _settle(answers: list[tuple["asyncio.Future[Recorded]", Recorded]]) -> None:
    for future, outcome in answers:
        if not future.done():
            future.set_result(outcome)
