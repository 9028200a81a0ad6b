"""Where a condition looks: frames, lookups, and the atoms that an explanation consists of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeGuard

from rongdun_contract.reasons import REASONS
from rongdun_contract.rules.logic import Outcome, unknown
from rongdun_contract.rules.matchers import ABSENT
from rongdun_contract.rules.matchers.matcher import Test
from rongdun_contract.rules.paths import KEY, VALUE, Path, format_path

_UNKNOWN: Final[Mapping[str, Outcome]] = {reason: unknown(reason) for reason in REASONS}


_COLLECTIONS: Final[frozenset[type]] = frozenset({dict, list})


class Frame(NamedTuple):
    """What paths start from: all sections at the top, or one element, with its key where a mapping holds it."""

    value: Any
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What stays the same while a rule is judged; `reference` is the top frame of the earlier facts.

    `prepared` keeps the comparisons with parameters, by matcher and parameter, once the first element needed them.
    `elements` keeps what a quantifier found in a value, by their ids, for the explanation that follows the judgement.
    """

    now: datetime
    params: Mapping[str, Any]
    reference: Frame
    prepared: dict[tuple[str, str], Test] = field(default_factory=dict)
    elements: dict[tuple[int, int], Any] = field(default_factory=dict)


class Place(NamedTuple):
    """The way to a frame, for explanations.

    `shown` is the path for people, `pieces` the same path as sources are keyed; `objects` are the elements that decided
    so far; `negated` tells whether an odd number of negations stands around.
    """

    shown: str
    pieces: tuple[str, ...]
    objects: tuple[str, ...] = ()
    negated: bool = False

    def at(self, path: Path) -> "Place":
        """The place that a path leads to from here."""
        steps = [step for step in path if step.name not in {KEY, VALUE}]
        pieces = [format_path([step]) for step in steps]
        joined = [
            piece if piece.startswith("[") or not (at or self.pieces) else f".{piece}"
            for at, piece in enumerate(pieces)
        ]
        return self._replace(shown=self.shown + "".join(joined), pieces=(*self.pieces, *joined))


TOP: Final = Place("", ())


class Atom(NamedTuple):
    """One reason for an outcome: a fact, what it is, what was wanted."""

    place: Place
    found: str
    wanted: str


class Judge(NamedTuple):
    """A condition, compiled: what it comes to, and the atoms that made it so."""

    test: Callable[[Frame, Run], Outcome]
    trace: Callable[[Frame, Run, Place], Iterator[Atom]]


def as_unknown(value: Any) -> Outcome | None:  # noqa: ANN401 - facts are JSON
    """The outcome that a fact stands for which could not be told; None for every other fact."""
    if isinstance(value, dict) and len(value) == 1:
        reason = value.get("unknown")
        if isinstance(reason, str):
            return _UNKNOWN.get(reason)
    return None


def getter(path: Path) -> Callable[[Frame], Any]:
    """A lookup: the fact at the path, ABSENT, or an Outcome where it could not be told."""
    if path[0].name == KEY and not path[0].is_key:
        return lambda frame: frame.key
    names = [step.name for step in path if step.is_key or step.name != VALUE]

    def get(frame: Frame) -> Any:  # noqa: ANN401 - facts are JSON
        value = frame[0]
        for name in names:
            if len(value) == 1 and (untold := as_unknown(value)) is not None:
                return untold
            value = value.get(name)
            if value is None:
                return ABSENT
        if type(value) in _COLLECTIONS:
            return (as_unknown(value) or value) if value else ABSENT
        return value

    return get


def is_outcome(value: Any) -> TypeGuard[Outcome]:  # noqa: ANN401 - facts are JSON
    """Whether a lookup could not be told."""
    return isinstance(value, Outcome)
