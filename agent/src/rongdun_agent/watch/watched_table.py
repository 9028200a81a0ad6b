"""A table of the kernel that is looked at again and again."""

import time
from collections.abc import Hashable

from rongdun_agent.host import Host
from rongdun_agent.watch.polls import Poll

_EVERY_S = 1.0
_SHARE = 0.003
"""Of one core, at most, for each table."""
_NOT_YET = object()


class WatchedTable:
    """Looked at every second where that is cheap."""

    def __init__(self, poll: Poll, section: str) -> None:
        """The first look is due at once, and says nothing."""
        self.section, self._poll = section, poll
        self.due_at, self.looked_at = float("-inf"), float("-inf")
        self._last: Hashable = _NOT_YET
        self._usual_s = 0.0

    def has_moved(self, host: Host, now: float) -> bool:
        """Look; whether it is another one than last time."""
        began = time.thread_time()
        found = hash(self._poll(host))
        cost = time.thread_time() - began
        self._usual_s = max(cost, 0.7 * self._usual_s)
        self.looked_at, self.due_at = now, now + max(_EVERY_S, self._usual_s / _SHARE)
        before, self._last = self._last, found
        return before is not _NOT_YET and before != found
