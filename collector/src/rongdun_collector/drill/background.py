"""What a collector does for drills by itself: follow what is open, evaluate each look as soon as it is recorded."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from rongdun_collector.drill.evaluation import Evaluation
from rongdun_collector.drill.orders import Orders
from rongdun_collector.store.drill_episodes import Due

LOOK_EVERY_S = 1.0
"""How soon a drill that another process opened, or a look that it recorded and left, is noticed."""

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class DrillCounts:
    """What was done since the start, for the metrics."""

    looks: int = 0
    failures: int = 0


@dataclass
class DrillBackground:
    """One thread that follows drills; `looked` tells it that there is something to evaluate."""

    orders: Orders
    evaluation: Evaluation
    now: Callable[[], datetime]
    look_every_s: float = LOOK_EVERY_S
    counts: DrillCounts = field(default_factory=DrillCounts)

    def __post_init__(self) -> None:
        self._wake = asyncio.Event()
        self._refresh_at = 0.0
        self._stopping = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drills")
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether drills are followed."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin with whatever is open and due."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End after what is being done; the rest is due at the next start, here or elsewhere."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task
        self._thread.shutdown()

    def looked(self) -> None:
        """Something was recorded that is to be evaluated; to be called on the event loop."""
        self._wake.set()

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            if await self._done(self._refresh) is not None:
                while await self._evaluate():
                    pass
            try:
                async with asyncio.timeout(self.look_every_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _evaluate(self) -> int:
        """Evaluate each host that is due once, whatever becomes of the others; how many looks that were."""
        looks, last = 0, None
        while not self._stopping and (due := await self._done(self.evaluation.due, last)):
            for last in due:
                looks += await self._evaluate_one(last)
        self.counts.looks += looks
        return looks

    async def _evaluate_one(self, due: Due) -> int:
        if self._stopping:
            return 0
        looks = await self._done(self.evaluation.evaluate, due) or 0
        if time.monotonic() >= self._refresh_at:  # what hosts are told must not wait for all that is due
            await self._done(self._refresh)
        return looks

    async def _done(self, work: Callable[..., T], *arguments: object) -> T | None:
        """What the thread returns; None where it failed, which is recorded, and what was left undone is still due."""
        loop = asyncio.get_running_loop()
        [outcome] = await asyncio.gather(loop.run_in_executor(self._thread, work, *arguments), return_exceptions=True)
        if isinstance(outcome, BaseException):
            self.counts.failures += 1
            log.error("following drills failed; it is tried again", exc_info=outcome)
            return None
        return outcome

    def _refresh(self) -> bool:
        self.orders.refresh(self.now())
        self._refresh_at = time.monotonic() + self.look_every_s
        return True
