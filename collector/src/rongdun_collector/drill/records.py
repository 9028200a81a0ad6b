"""What a drill consists of, as the parts of the collector pass it around: frozen, without a database behind them.

Moments are receive times on the collector's clock unless they say otherwise; spans are in seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rongdun_contract.rules.rule import Severity

DetectFrom = Literal["ack", "receive"]
"""Whether a signal counts as detected when people say that they have it, or when the collector received it."""

ActKind = Literal[
    "opened",
    "closed",
    "frozen",
    "unfrozen",
    "excluded",
    "included",
    "stimulus",
    "stimulus withdrawn",
    "false positive",
    "false positive withdrawn",
    "acknowledged",
]


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill over some units until a moment; its pack and scheme are those that it was opened with."""

    id: str
    name: str
    opened_at: datetime
    until: datetime
    closed_at: datetime | None
    frozen_at: datetime | None
    pack_id: str
    pack_version: str
    pack_digest: str
    scheme_id: str
    scheme_sha256: str
    units: tuple[str, ...]
    sections: tuple[str, ...] = ()
    period_s: float = 5.0
    detect_from: DetectFrom = "ack"

    @property
    def ends_at(self) -> datetime:
        """When hosts stop to watch: at `until`, or earlier if somebody closed it."""
        return self.until if self.closed_at is None else min(self.until, self.closed_at)

    def is_open(self, now: datetime) -> bool:
        """Whether hosts of its units are to watch."""
        return self.opened_at <= now < self.ends_at


@dataclass(frozen=True, slots=True)
class SignalObject:
    """Something on a host that a signal names, from its first appearance to its last.

    `t0` is when it began: as the stimulus says that it was matched with, else when it was first seen. `seen_at` is the
    agent's clock, unverified: nothing is counted by it.
    `detect_s` runs from `t0` to `acknowledged_at` or `detected_at`, as the scheme says; `dispose_s` from `detected_at`
    to `disposed_at`; both without the time that does not count. `not_counted_s` is that time, from `t0` to the disposal
    (or so far): the host was cut off, or could not tell. `id` names the object in requests.
    """

    id: str
    drill: str
    host: str
    unit: str
    system: str | None
    signal: str
    severity: Severity
    key: str
    t0: datetime
    t0_from: Literal["stimulus", "first seen"]
    seen_at: datetime
    detected_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    disposed_at: datetime | None
    reopened: int
    detect_s: float | None
    dispose_s: float | None
    not_counted_s: float
    false_positive: bool
    excluded: str | None
    stimulus: str | None


@dataclass(frozen=True, slots=True)
class Missed:
    """A registered stimulus that no object was found for."""

    drill: str
    unit: str
    host: str | None
    signal: str
    severity: Severity
    key: str
    t0: datetime
    stimulus: str


@dataclass(frozen=True, slots=True)
class Stimulus:
    """What somebody is known to have done at `t0` (the injector's clock); `host` None: on some host of the unit."""

    id: str
    unit: str
    host: str | None
    signal: str
    key: str
    t0: datetime
    by: str
    at: datetime
    state: Literal["waiting", "matched", "missed", "excluded"] = "waiting"
    object: str | None = None


@dataclass(frozen=True, slots=True)
class FalsePositive:
    """A mark that something a unit reported was nothing; `object` None: it named nothing that was ever found."""

    id: str
    unit: str
    host: str | None
    object: str | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A host, or a whole unit (`host` None), that does not take part, and who said so why."""

    unit: str
    host: str | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pinned:
    """A state that a host named as its reference; `why` says what is odd about one that is not the first."""

    reference: str
    at: datetime
    why: str | None


@dataclass(frozen=True, slots=True)
class DrillHost:
    """A host of a drill. `reference` is the root digest that it pinned first; later ones are in `repinned`, unused.

    `watching`: it pinned a reference, which has arrived (`reference_known`), and was heard of lately. `lag_s` is how
    long ago that was. `blind` are the signals that it cannot tell now. `skew_s` is by how much its clock seems to be
    behind ours (negative: ahead).
    """

    host: str
    unit: str
    watching: bool
    reference: str | None
    last_heard: datetime | None
    lag_s: float | None
    excluded: str | None
    hostname: str = ""
    system: str | None = None
    repinned: tuple[Pinned, ...] = ()
    blind: tuple[str, ...] = ()
    skew_s: float | None = None
    reference_known: bool = False


@dataclass(frozen=True, slots=True)
class DrillView:
    """A drill as it stood at `as_of`: now, or when it was frozen or ended."""

    drill: Drill
    as_of: datetime
    objects: tuple[SignalObject, ...]
    missed: tuple[Missed, ...]
    hosts: tuple[DrillHost, ...]
    false_positives: Mapping[str, int]
    exclusions: tuple[Exclusion, ...]
    stimuli: tuple[Stimulus, ...] = ()
    marks: tuple[FalsePositive, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did in a drill: written down once, never changed; `subject` is the act that it takes back.

    `object` is the id of the object that it is about, `moment` when a stimulus began.
    """

    drill: str
    number: int
    at: datetime
    by: str
    act: ActKind
    unit: str | None = None
    host: str | None = None
    signal: str | None = None
    key: str | None = None
    moment: datetime | None = None
    subject: int | None = None
    object: str | None = None
    reason: str | None = None

    @property
    def id(self) -> str:
        """What the act is called in answers, within its drill."""
        return str(self.number)
