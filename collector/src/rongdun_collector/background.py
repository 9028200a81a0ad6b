"""What the collector does by itself: judge what changed or ripened, and sweep what is over."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rongdun_collector.assessment.assessor import AT_ONCE, Assessor
from rongdun_collector.devices.recorder import record_looks
from rongdun_collector.store import accounts, documents
from rongdun_collector.store.store import Store

LOOK_EVERY_S = 15.0
"""How soon a result that ripened, a new level or another process's news is noticed; own changes are judged at once."""
SWEEP_EVERY_S = 3600.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class BackgroundCounts:
    """What was done since the start, for the metrics."""

    assessed: int = 0
    failures: int = 0


@dataclass
class Background:
    """One thread that works through what is due; `changed` tells it which hosts have other facts now."""

    store: Store
    assessor: Assessor
    now: Callable[[], datetime]
    session_idle: timedelta
    look_every_s: float = LOOK_EVERY_S
    counts: BackgroundCounts = field(default_factory=BackgroundCounts)

    def __post_init__(self) -> None:
        self._changed: set[str] = set()
        self._wake = asyncio.Event()
        self._look_at = self._sweep_at = 0.0
        self._stopping = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="background")
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether anything would be done."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin; the first thing is to judge whatever is due."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End after what is being done; what was not done yet is due at the next start."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task
        self._thread.shutdown()

    def changed(self, hosts: Iterable[str]) -> None:
        """These hosts have other facts than they were judged from; to be called on the event loop."""
        self._changed.update(hosts)
        self._wake.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._stopping:
            changed, self._changed = self._changed, set()
            work = loop.run_in_executor(self._thread, self._work, sorted(changed))
            [failure] = await asyncio.gather(work, return_exceptions=True)
            if failure is not None:  # recorded as data, and what was left undone is still due
                self.counts.failures += 1
                log.error("judging in the background failed; it is tried again", exc_info=failure)
            try:
                async with asyncio.timeout(max(0.0, self._look_at - time.monotonic())):
                    await self._wake.wait()
            except TimeoutError:
                continue
            self._wake.clear()

    def _work(self, changed: list[str]) -> None:
        for at in range(0, len(changed), AT_ONCE):
            if not self._stopping:
                self.assessor.assess(changed[at : at + AT_ONCE], self.now())
                self.counts.assessed += len(changed[at : at + AT_ONCE])
                record_looks(self.store, changed[at : at + AT_ONCE])
        now = time.monotonic()  # the wall clock may jump, and this must go on
        if now >= self._look_at:
            self._look_at = now + self.look_every_s
            self._judge_due()
            record_looks(self.store)
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_EVERY_S
            self._sweep(self.now())

    def _judge_due(self) -> None:
        while not self._stopping:
            due, _changed = self.assessor.assess_due(self.now())
            self.counts.assessed += due
            if due < AT_ONCE:
                return

    def _sweep(self, now: datetime) -> None:
        with self.store.write() as connection:
            documents.sweep(connection, now)
            accounts.sweep_sessions(connection, now - self.session_idle)
