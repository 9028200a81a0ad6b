"""What this process did since it started."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class OwnCounts:
    """Plain numbers; increments that threads lose against each other are within what a metric may miss."""

    requests: Counter[int] = field(default_factory=Counter)
    checkins: Counter[str] = field(default_factory=lambda: Counter(acknowledged=0, asked=0, refused=0))
    documents: int = 0
    document_bytes: int = 0
