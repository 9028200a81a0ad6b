"""How often something may be done: processor time is saved up at a fixed share, so that no noisy place takes more."""

_BURST_S = 2.0
"""Processor seconds that are saved up at most: some twenty readings at once."""
_MEMORY = 0.3
"""How much the latest cost counts for the usual one."""


class Pace:
    """The processor time of one section's readings; `share` is what it may have of one core in the long run."""

    def __init__(self, share: float, now: float) -> None:
        """All is saved up."""
        self.usual_s = 0.0
        self._share, self._saved_s, self._at = share, _BURST_S, now

    def spend(self, cost_s: float, now: float) -> None:
        """Something was done."""
        self._saved_s = min(_BURST_S, self._saved_s + (now - self._at) * self._share) - cost_s
        self._at = now
        self.usual_s = cost_s if not self.usual_s else self.usual_s + _MEMORY * (cost_s - self.usual_s)

    def ready_at(self) -> float:
        """From when on it may be done again."""
        return self._at + max(0.0, -self._saved_s / self._share)
