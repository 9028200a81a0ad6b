"""Why something could not be told: the closed list that both sides know (design: `unknown` is never `pass`)."""

from typing import Literal, get_args

Reason = Literal[
    "not probed",
    "no permission",
    "error",
    "agent too old",
    "no reference",
    "not a live host",
    "undecided",
]
"""`undecided`: everything was readable, but what is there does not determine one answer."""

REASONS: tuple[Reason, ...] = get_args(Reason)
