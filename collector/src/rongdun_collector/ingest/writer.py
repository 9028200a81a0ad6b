"""Group commit: what waits is recorded in one transaction, and answered when that transaction is durable."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from rongdun_collector.drill.orders import PartOf, no_part
from rongdun_collector.ingest.record import Recorded, Reported, record
from rongdun_collector.problems import busy
from rongdun_collector.store.store import Store, is_away

BATCH = 500
WAITING = 5000
"""Check-ins that may wait; beyond it a host is told to come back, which costs less than letting all time out."""


class _Waiting(NamedTuple):
    reported: Reported
    answer: "asyncio.Future[Recorded]"


@dataclass(slots=True)
class WriterCounts:
    """What the writer did since it was started."""

    batches: int = 0
    recorded: int = 0
    failures: int = 0


@dataclass
class Writer:
    """Records check-ins in the order in which they came; `on_change` hears which hosts have other facts now.

    `part_of` says which hosts have a part in a drill, and `on_look` hears that one was looked at for it.

    It lives on one event loop, which `start` must be called on; the database is written in a thread of its own.
    """

    store: Store
    now: Callable[[], datetime]
    interval_s: int
    on_change: Callable[[Sequence[str]], None]
    part_of: PartOf = no_part
    on_look: Callable[[], None] = lambda: None
    bound: int = WAITING
    counts: WriterCounts = field(default_factory=WriterCounts)

    def __post_init__(self) -> None:
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many check-ins wait to be recorded."""
        return self._queue.qsize()

    @property
    def running(self) -> bool:
        """Whether check-ins are recorded."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin to record."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Record what waits, then end."""
        self._queue.put_nowait(None)
        if self._task is not None:
            await self._task
        self._thread.shutdown()

    async def record(self, reported: Reported) -> Recorded:
        """Return when the check-in is durable; RefusedError (503) when too many wait."""
        if self._queue.qsize() >= self.bound:
            raise busy(f"{self.bound} check-ins are waiting to be recorded", retry_after_s=10)
        answer: asyncio.Future[Recorded] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait(_Waiting(reported, answer))
        return await answer

    async def take_turn(self) -> None:
        """Return when the thread that records has come round to us; never while it hangs."""
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: None)

    async def _run(self) -> None:
        while (first := await self._queue.get()) is not None:
            batch, ending = [first], False
            while len(batch) < BATCH and not self._queue.empty() and not ending:
                following = self._queue.get_nowait()
                if following is None:
                    ending = True
                else:
                    batch.append(following)
            await self._record(batch)
            if ending:
                return

    async def _record(self, batch: list[_Waiting]) -> None:
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._commit, batch)
        [outcome] = await asyncio.gather(work, return_exceptions=True)
        if isinstance(outcome, BaseException):
            await self._failed(batch, outcome)
            return
        self.counts.batches += 1
        self.counts.recorded += len(batch)
        for waiting, recorded in zip(batch, outcome, strict=True):
            if not waiting.answer.done():  # the client may have gone
                waiting.answer.set_result(recorded)
        changed = [waiting.reported.host for waiting, one in zip(batch, outcome, strict=True) if one.changed]
        if changed:
            self.on_change(changed)
        if any(one.looked for one in outcome):
            self.on_look()

    def _commit(self, batch: list[_Waiting]) -> list[Recorded]:
        with self.store.write() as connection:
            reported = [waiting.reported for waiting in batch]
            return record(connection, reported, self.now(), self.interval_s, self.part_of)

    async def _failed(self, batch: list[_Waiting], error: BaseException) -> None:
        """Nothing of the batch is recorded: each is tried alone, so that one does not refuse its neighbours.

        What fails alone is raised where it is waited for, and answered there like any other mistake of ours. Where it
        is the database that does not answer, none is tried again.
        """
        if len(batch) > 1 and not is_away(error):
            for waiting in batch:
                await self._record([waiting])
            return
        self.counts.failures += 1
        for waiting in batch:
            if not waiting.answer.done():
                waiting.answer.set_exception(error)
