"""What answers about drills are made of."""

from dataclasses import asdict
from datetime import datetime
from typing import Literal

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.drill.records import Act, ActKind, DetectFrom, Drill
from rongdun_contract.rules.rule import Severity


class DrillAnswer(AnswerModel):
    """A drill. Its pack and scheme are those that it was opened with; the digests name these very versions.

    `frozen_at`: it is shown as it stood then. `detect_from`: whether a signal counts as detected when people say that
    they have it (`ack`), or when it was received. `sections` are what hosts watch, every `period_s` seconds.
    """

    id: str
    name: str
    state: Literal["open", "ended"]
    opened_at: datetime
    until: datetime
    closed_at: datetime | None
    frozen_at: datetime | None
    pack_id: str
    pack_version: str
    pack_digest: str
    scheme_id: str
    scheme_sha256: str
    detect_from: DetectFrom
    units: list[str]
    sections: list[str]
    period_s: float


class PinnedAnswer(AnswerModel):
    """A state that a host named as its reference after the first, and why; it is not compared with."""

    reference: str
    at: datetime
    why: str | None


class DrillHostAnswer(AnswerModel):
    """A host of a drill. `watching`: its reference is known, and it was heard of lately (`lag_s` is how long ago).

    `reference` is the root digest that it pinned first; `reference_known`: its facts have arrived here. `blind` are the
    signals that it cannot tell now. `skew_s`: by how much its clock seems to be behind (negative: ahead).
    """

    host: str
    hostname: str
    unit: str
    system: str | None
    watching: bool
    reference: str | None
    reference_known: bool
    repinned: list[PinnedAnswer]
    last_heard: datetime | None
    lag_s: float | None
    skew_s: float | None
    blind: list[str]
    excluded: str | None


class ExclusionAnswer(AnswerModel):
    """A host, or a unit as a whole (`host` null), that takes no part."""

    unit: str
    host: str | None
    reason: str
    by: str
    at: datetime


class Drills(AnswerModel):
    """All of them, the latest first, and the packs and schemes that one may be opened with."""

    drills: list[DrillAnswer]
    packs: list[str]
    schemes: list[str]


class DrillDetail(AnswerModel):
    """A drill as it stood at `as_of`: now, or when it was frozen or ended."""

    drill: DrillAnswer
    as_of: datetime
    hosts: list[DrillHostAnswer]
    exclusions: list[ExclusionAnswer]
    objects: int
    missed: int
    false_positives: dict[str, int]


class ObjectAnswer(AnswerModel):
    """Something that a signal names on a host. Moments are receive times of the collector, `seen_at` is the agent's.

    `t0` is when it began: as the stimulus says that it was matched with, else when it was first received. `detect_s`
    runs from `t0` until it counts as detected, `dispose_s` from `detected_at` to `disposed_at`, the first of two looks
    in a row without it; both without the time in which the host was cut off or could not tell (`not_counted_s`).
    What comes back within 30 minutes is the same object (`reopened`). `excluded` says why it does not count.
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


class Objects(AnswerModel):
    """Objects in the order in which they were detected."""

    as_of: datetime
    objects: list[ObjectAnswer]


class StimulusAnswer(AnswerModel):
    """What was done on purpose. `missed`: nothing was found for it within an hour, or until the drill ended."""

    id: str
    unit: str
    host: str | None
    signal: str
    key: str
    t0: datetime
    by: str
    at: datetime
    state: Literal["waiting", "matched", "missed", "excluded"]
    object: str | None


class Stimuli(AnswerModel):
    """Registered stimuli that nobody withdrew, in the order in which they were registered."""

    as_of: datetime
    stimuli: list[StimulusAnswer]


class FalsePositiveAnswer(AnswerModel):
    """A mark that something was nothing; `object` null: what a unit reported named nothing that was ever found."""

    id: str
    unit: str
    host: str | None
    object: str | None
    reason: str
    by: str
    at: datetime


class FalsePositives(AnswerModel):
    """Marks that nobody withdrew; `counted` has their number by unit, without what takes no part."""

    as_of: datetime
    marks: list[FalsePositiveAnswer]
    counted: dict[str, int]


class ActAnswer(AnswerModel):
    """What a person did: written down once, never changed. `subject` is the number of the act that it takes back."""

    drill: str
    number: int
    at: datetime
    by: str
    act: ActKind
    unit: str | None
    host: str | None
    signal: str | None
    key: str | None
    moment: datetime | None
    subject: int | None
    object: str | None
    reason: str | None


class Acts(AnswerModel):
    """All acts in order, whether or not the drill is frozen: the record of who did what."""

    acts: list[ActAnswer]


class ChangeAnswer(AnswerModel):
    """Something that happened: what was found or is gone, and what people did."""

    at: datetime
    what: Literal["detected", "disposed", "acted"]
    object: ObjectAnswer | None
    act: ActAnswer | None


class Changes(AnswerModel):
    """What happened after `since`, the latest first."""

    as_of: datetime
    since: datetime | None
    changes: list[ChangeAnswer]


def drill_answer(drill: Drill, now: datetime) -> DrillAnswer:
    """A drill as answers show it."""
    return DrillAnswer.model_validate(asdict(drill) | {"state": "open" if drill.is_open(now) else "ended"})


def act_answer(act: Act) -> ActAnswer:
    """An act as answers show it."""
    return ActAnswer.model_validate(asdict(act))
