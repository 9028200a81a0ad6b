"""The elements that a quantifier runs over: which count, what they are called, which are new."""

from collections.abc import Callable
from typing import Any

from rongdun_contract.rules.conditions import Quantified
from rongdun_contract.rules.judging.compare import found_text
from rongdun_contract.rules.judging.frame import Frame, Place, Run, getter
from rongdun_contract.rules.logic import FAILS, HOLDS, Outcome
from rongdun_contract.rules.matchers import ABSENT
from rongdun_contract.rules.matchers.matcher import shown
from rongdun_contract.rules.paths import VALUE, Path, Step, format_path

Newness = Callable[[Frame], Outcome]


def frames_of(collection: Any) -> list[Frame]:  # noqa: ANN401 - a list, a mapping, or ABSENT
    """The elements of a list in order, or of a mapping by key."""
    if collection is ABSENT:
        return []
    if isinstance(collection, dict):
        return [Frame(collection[key], key) for key in sorted(collection)]
    return [Frame(value) for value in collection]


def compile_newness(condition: Quantified) -> Callable[[Run], Newness | Outcome]:
    """For a run: the test whether an element is new, or an outcome where there is nothing to compare with."""
    if condition.new_key is None:
        return lambda _run: _always
    get = getter(condition.over)
    parts = [getter(path) for path in condition.new_key]

    def key_of(frame: Frame) -> tuple[Any, ...]:
        return tuple(part(frame) for part in parts)

    def newness(run: Run) -> Newness | Outcome:
        before = get(run.reference)
        if isinstance(before, Outcome):
            return before
        keys = [key_of(frame) for frame in frames_of(before)]
        known = {key for key in keys if _untold(key) is None}
        doubtful = [(key, outcome) for key in keys if (outcome := _untold(key)) is not None]

        def is_new(frame: Frame) -> Outcome:
            key = key_of(frame)
            untold = _untold(key)
            if untold is not None:
                return untold
            if key in known:
                return FAILS
            return next((outcome for other, outcome in doubtful if _may_be(other, key)), HOLDS)

        return is_new

    return newness


def _untold(key: tuple[Any, ...]) -> Outcome | None:
    return next((value for value in key if isinstance(value, Outcome)), None)


def _may_be(doubtful: tuple[Any, ...], key: tuple[Any, ...]) -> bool:
    """Whether an earlier element may have been the same: what could be told of its key is."""
    return all(isinstance(one, Outcome) or one == other for one, other in zip(doubtful, key, strict=True))


def _always(_frame: Frame) -> Outcome:
    return HOLDS


def compile_label(label: tuple[Path, ...]) -> Callable[[Frame, int], str]:
    """What an element is called: its labels' values, or its number."""
    parts = [getter(path) for path in label]

    def called(frame: Frame, number: int) -> str:
        return " ".join(found_text(part(frame), shown) for part in parts) if parts else f"#{number}"

    return called


def element_place(over: Place, frame: Frame, number: int, label: tuple[Path, ...]) -> Place:
    """The place of an element: by key in a mapping, by label (for people) and number (for sources) in a list."""
    if frame.key is not None:
        piece = format_path([Step(frame.key, is_key=True)])
        return over._replace(shown=over.shown + piece, pieces=(*over.pieces, piece))
    fields = [path for path in label if path[0].name != VALUE]
    names = ",".join(f"{format_path(path)}={found_text(getter(path)(frame), shown)}" for path in fields)
    return over._replace(shown=f"{over.shown}[{names or number}]", pieces=(*over.pieces, f"[{number}]"))
