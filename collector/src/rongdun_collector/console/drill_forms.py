"""POST /drills/ID/…: the forms of a drill. What they do is in `drill.acts` and `drill.opening`, as for programs."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Form, Response
from sqlalchemy import Connection

from rongdun_collector.console.drill_desk import DeskDep
from rongdun_collector.console.moments import parse_moment
from rongdun_collector.drill import acts, opening
from rongdun_collector.drill.acts import StimulusSaid
from rongdun_collector.drill.terms import By
from rongdun_collector.problems import invalid
from rongdun_collector.signin.forms import require_form_token

router = APIRouter(dependencies=[Depends(require_form_token)])

T = TypeVar("T")
Word = Annotated[str, Form(max_length=256)]
Key = Annotated[str, Form(max_length=4096)]

_STATES: Mapping[str, Callable[[Connection, str, By, str], object]] = MappingProxyType(
    {
        "frozen": opening.freeze_drill,
        "unfrozen": opening.unfreeze_drill,
        "closed": opening.close_drill,
    }
)
_WITHDRAWALS: Mapping[str, Callable[[Connection, str, str, str, By], object]] = MappingProxyType(
    {
        "stimulus": acts.withdraw_stimulus,
        "false positive": acts.withdraw_false_positive,
    }
)


@router.post("/drills/{drill}/acknowledged")
def post_acknowledged(desk: DeskDep, drill: str, found: Word = "") -> Response:
    """Take an object in hand."""
    return desk.do(lambda connection, by: acts.acknowledge(connection, drill, found, by), _page_of(drill, found))


@router.post("/drills/{drill}/false-positives")
def post_false_positive(desk: DeskDep, drill: str, reason: Word = "", found: Word = "", unit: Word = "") -> Response:
    """Say that an object was nothing, or that what a unit reported was."""

    def act(connection: Connection, by: By) -> object:
        return acts.mark_false_positive(connection, drill, reason=reason, by=by, found=found or None, unit=unit or None)

    return desk.do(act, _page_of(drill, found) if found else None)


@router.post("/drills/{drill}/stimuli")
def post_stimulus(  # noqa: PLR0913, PLR0917 - the fields of the form
    desk: DeskDep, drill: str, signal: Word = "", key: Key = "", t0: Word = "", place: Word = ""
) -> Response:
    """Register what was done on purpose, on a host or on some host of a unit."""

    def act(connection: Connection, by: By) -> object:
        said = StimulusSaid(signal, key.strip(), parse_moment("t0", t0), *_place(place))
        return acts.register_stimulus(connection, drill, said, by)

    return desk.do(act)


@router.post("/drills/{drill}/withdrawn")
def post_withdrawn(desk: DeskDep, drill: str, what: Word = "", number: Word = "", reason: Word = "") -> Response:
    """Take back a stimulus, or the mark of a false positive."""
    withdraw = _one_of(_WITHDRAWALS, what)
    return desk.do(lambda connection, by: withdraw(connection, drill, number, reason, by))


@router.post("/drills/{drill}/excluded")
def post_excluded(desk: DeskDep, drill: str, place: Word = "", reason: Word = "") -> Response:
    """Take a unit or a host out of the drill."""
    unit, host = _place(place)
    return desk.do(lambda connection, by: acts.exclude(connection, drill, unit=unit, host=host, reason=reason, by=by))


@router.post("/drills/{drill}/included")
def post_included(desk: DeskDep, drill: str, place: Word = "", reason: Word = "") -> Response:
    """Let a unit or a host take part again."""
    unit, host = _place(place)
    return desk.do(lambda connection, by: acts.include(connection, drill, unit=unit, host=host, reason=reason, by=by))


@router.post("/drills/{drill}/state")
def post_state(desk: DeskDep, drill: str, to: Word = "", reason: Word = "") -> Response:
    """Freeze the drill, let it go on, or close it."""
    change = _one_of(_STATES, to)
    return desk.do(lambda connection, by: change(connection, drill, by, reason))


def _place(word: str) -> tuple[str | None, str | None]:
    """Unit and host from `unit:ID` or `host:ID`, as the forms' lists have them."""
    kind, _, name = word.partition(":")
    return (None, name) if kind == "host" else (name or None, None)


def _page_of(drill: str, found: str) -> str:
    return f"/drills/{drill}/objects/{found}"


def _one_of(choices: Mapping[str, T], word: str) -> T:
    if word not in choices:
        raise invalid(f"{word!r} is not possible here", f"There are: {', '.join(choices)}.")
    return choices[word]
