"""Walks a chain as libpam's dispatcher does, over all answers that the modules may give at once."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from rongdun_agent.pam_stacks.chains import Chain, Handler
from rongdun_agent.pam_stacks.control import Action

MUST_FAIL = "perm_denied"
_MOST_STATES = 4000


class Answer(NamedTuple):
    """What a module may return; `event` is remembered along the path.

    A `guess` is an answer of a module that we do not know, or about a condition that the files do not decide.
    """

    code: str
    event: str | None = None
    guess: bool = False


class End(NamedTuple):
    """One way in which a walk may end: events as (name, index of the handler), and the lines of guesses on the way."""

    success: bool
    events: frozenset[tuple[str, int]]
    guesses: frozenset[int]


class _State(NamedTuple):
    """libpam's impression (`None` undefined), status, what to restore per substack, and what happened so far."""

    at: int
    previous_level: int = 0
    good: bool | None = None
    status: str = MUST_FAIL
    saved: tuple[tuple[int, bool | None, str], ...] = ((0, None, MUST_FAIL),)
    events: frozenset[tuple[str, int]] = frozenset()
    guesses: frozenset[int] = frozenset()


class TooManyPaths(Exception):
    """The chain branches beyond what we follow."""


def walk(chain: Chain, answers: Callable[[Handler], Iterable[Answer]]) -> frozenset[End]:
    """All ends that the chain can come to; raises `TooManyPaths`. An empty chain fails, as in libpam."""
    ends: set[End] = set()
    pending = {_State(0)}
    seen: set[_State] = set()
    while pending:
        state = pending.pop()
        if state.at >= len(chain):
            ends.add(_end(state))
            continue
        for following in _step(chain, state, answers):
            if following not in seen:
                seen.add(following)
                pending.add(following)
        if len(seen) > _MOST_STATES:
            raise TooManyPaths
    return frozenset(ends)


def _end(state: _State) -> End:
    return End(state.good is True and state.status == "success", state.events, state.guesses)


def _step(chain: Chain, state: _State, answers: Callable[[Handler], Iterable[Answer]]) -> Iterable[_State]:
    handler = chain[state.at]
    saved = state.saved
    if state.previous_level < handler.level:
        saved = (*(entry for entry in saved if entry[0] < handler.level), (handler.level, state.good, state.status))
    if handler.kind == "substack":
        yield _State(state.at + 1, handler.level, state.good, state.status, saved, state.events, state.guesses)
        return
    for answer in _answers(handler, answers):
        events = state.events | {(answer.event, state.at)} if answer.event else state.events
        guesses = state.guesses | {state.at} if answer.guess else state.guesses
        good, status, following = _decide(chain, state, saved, handler, answer.code)
        yield _State(following, handler.level, good, status, saved, events, guesses)


def _answers(handler: Handler, answers: Callable[[Handler], Iterable[Answer]]) -> Iterable[Answer]:
    if handler.kind == "broken":
        return (Answer(MUST_FAIL),)
    return (Answer("module_unknown"),) if handler.missing else answers(handler)


def _decide(
    chain: Chain, state: _State, saved: tuple[tuple[int, bool | None, str], ...], handler: Handler, code: str
) -> tuple[bool | None, str, int]:
    """Impression and status after the answer, and the next handler."""
    action = handler.control.action(code)
    good, status = state.good, state.status
    if action == "reset":
        _, good, status = next(entry for entry in reversed(saved) if entry[0] <= handler.level)
    elif action in ("ok", "done"):
        if good is None or (good and status == "success"):
            good, status = True, code
        if good and action == "done":
            return good, status, _after_level(chain, state.at, handler.level)
    elif action in ("bad", "die"):
        if good is not False:
            good, status = False, MUST_FAIL if code == "ignore" else code
        if action == "die":
            return good, status, _after_level(chain, state.at, handler.level)
    elif isinstance(action, int):
        return _jump(chain, state, action, handler.level)
    return good, status, state.at + 1


def _jump(chain: Chain, state: _State, jump: Action, level: int) -> tuple[bool | None, str, int]:
    """Skip modules, a substack counting as one; a jump beyond the end of the chain or substack is a failure."""
    left, at = int(jump), state.at
    while left and at + 1 < len(chain) and chain[at + 1].level >= level:
        at += 1
        while at + 1 < len(chain) and chain[at + 1].level > level:
            at += 1
        left -= 1
    if left:
        return False, MUST_FAIL, at + 1
    return state.good, state.status, at + 1


def _after_level(chain: Chain, at: int, level: int) -> int:
    """The first handler outside the stack that a decision ends."""
    at += 1
    while at < len(chain) and chain[at].level >= level:
        at += 1
    return at
