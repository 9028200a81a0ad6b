"""What the collector does by itself: judge what changed or ripened, and sweep what is over."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rongdun_collector.assessment.assessor import AT_ONCE, Assessor
from rongdun_collector.store import accounts, documents
from rongdun_collector.store.store import Store

LOOK_EVERY_S = 15.0
"""How soon a result that ripened, a new level or another process's news is noticed; own changes are judged at once."""
SWEEP_EVERY = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(slots=True)
class BackgroundCounts:
    """What was done since the start, for the metrics."""

    assessed: int = 0
    failures: int = 0


@dataclass
class Background:
    """One thread; `changed` tells it which hosts have other facts now."""

    store: Store
    assessor: Assessor
    now: Callable[[], datetime]
    session_idle: timedelta
    look_every_s: float = LOOK_EVERY_S
    counts: BackgroundCounts = field(default_factory=BackgroundCounts)

    def __post_init__(self) -> None:
        self._wake, self._lock = threading.Event(), threading.Lock()
        self._changed: set[str] = set()
        self._stopping = False
        self._swept: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin; the first thing is to judge whatever is due."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is being done; what was not done yet is due at the next start."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def changed(self, hosts: Iterable[str]) -> None:
        """These hosts have other facts than they were judged from."""
        with self._lock:
            self._changed.update(hosts)
        self._wake.set()

    def _run(self) -> None:
        look_at = 0.0
        while not self._stopping:
            look = time.monotonic() >= look_at  # the wall clock may jump, and this must go on
            if look:
                look_at = time.monotonic() + self.look_every_s
            try:
                self._judge_changed()
                if look:
                    self._judge_due()
                    self._sweep(self.now())
            except Exception:  # one of the four places: the top of a thread; what was left undone is still due
                self.counts.failures += 1
                log.exception("judging in the background failed; it is tried again")
            self._wake.wait(max(0.0, look_at - time.monotonic()))
            self._wake.clear()

    def _judge_changed(self) -> None:
        while not self._stopping and (hosts := self._take(AT_ONCE)):
            self.assessor.assess(hosts, self.now())
            self.counts.assessed += len(hosts)

    def _judge_due(self) -> None:
        while not self._stopping:
            due, _changed = self.assessor.assess_due(self.now())
            self.counts.assessed += due
            if due < AT_ONCE:
                return

    def _take(self, limit: int) -> list[str]:
        with self._lock:
            return [self._changed.pop() for _ in range(min(limit, len(self._changed)))]

    def _sweep(self, now: datetime) -> None:
        if self._swept is not None and timedelta() <= now - self._swept < SWEEP_EVERY:
            return
        self._swept = now
        with self.store.write() as connection:
            documents.sweep(connection, now)
            accounts.sweep_sessions(connection, now - self.session_idle)
