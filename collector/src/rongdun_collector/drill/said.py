"""What people said in a drill and nobody took back, from their acts in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rongdun_collector.drill.records import Act, Drill, Exclusion, FalsePositive, Stimulus
from rongdun_collector.store.drills import standing_exclusions


@dataclass(frozen=True)
class Said:
    """Everything that stands; `acknowledged` has the first who took each object, by the object's id."""

    stimuli: tuple[Stimulus, ...]
    marks: tuple[FalsePositive, ...]
    exclusions: tuple[Exclusion, ...]
    acknowledged: dict[str, Act]

    def why_excluded(self, unit: str, host: str | None) -> str | None:
        """The reason why a unit, or a host of it, takes no part; None: it does."""
        for one in self.exclusions:
            if one.unit == unit and one.host in {None, host}:
                return one.reason
        return None


def shown(drill: Drill, acts: Sequence[Act]) -> Sequence[Act]:
    """The acts that a drill shows: all, or where it is frozen those until then.

    Their numbers decide, not their moments: people act through several collectors, whose clocks differ.
    """
    if drill.frozen_at is None:
        return acts
    return acts[: max((place for place, act in enumerate(acts, 1) if act.act == "frozen"), default=0)]


def said_in(acts: Iterable[Act]) -> Said:
    """What stands after these acts."""
    ordered = list(acts)
    withdrawn = {act.subject for act in ordered if act.act in {"stimulus withdrawn", "false positive withdrawn"}}
    standing = [act for act in ordered if act.number not in withdrawn]
    acknowledged: dict[str, Act] = {}
    for act in standing:
        if act.act == "acknowledged":
            acknowledged.setdefault(act.object or "", act)
    return Said(
        stimuli=tuple(_stimulus(act) for act in standing if act.act == "stimulus"),
        marks=tuple(_mark(act) for act in standing if act.act == "false positive"),
        exclusions=tuple(_exclusion(act) for act in standing_exclusions(ordered).values()),
        acknowledged=acknowledged,
    )


def _stimulus(act: Act) -> Stimulus:
    if act.unit is None or act.signal is None or act.key is None or act.moment is None:
        raise AssertionError("a stimulus was registered with all its parts")
    return Stimulus(act.id, act.unit, act.host, act.signal, act.key, act.moment, act.by, act.at)


def _mark(act: Act) -> FalsePositive:
    return FalsePositive(act.id, act.unit or "", act.host, act.object, act.reason or "", act.by, act.at)


def _exclusion(act: Act) -> Exclusion:
    return Exclusion(act.unit or "", act.host, act.reason or "", act.by, act.at)
