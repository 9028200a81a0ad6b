"""What an `auth` stack demands: a lockout, a password that is not empty, a second factor, a group."""

from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.pam_stacks import counters
from rongdun_agent.pam_stacks.answers import (
    BLOCKED,
    COUNTED,
    EMPTY_ACCEPTED,
    SECOND_FACTORS,
    TRIED,
    account_answers,
    is_known,
    login_answers,
)
from rongdun_agent.pam_stacks.chains import Chain, Handler
from rongdun_agent.pam_stacks.counters import Counter, counter_of
from rongdun_agent.pam_stacks.machine import Answer, End
from rongdun_agent.pam_stacks.scenario import Scenario, Surroundings
from rongdun_agent.pam_stacks.verdict import Ends, Verdict, always, ends_of, happened, possible

PASSED = "passed"
"""Event: a module said yes, and that ended the stack or jumped over others."""


class LoginStack(NamedTuple):
    """The `auth` and `account` chains of a service."""

    host: Host
    auth: Chain
    account: Chain
    around: Surroundings

    def lockout(self, *, root: bool) -> tuple[Verdict, int | None]:
        """Whether each wrong password is counted and a locked account stays out, and the line whose limit decides."""
        if not any(handler.module in counters.MODULES for handler in self.auth):
            return Verdict(holds=False), None
        wrong = self._ends(Scenario(root=root, password="wrong"))  # noqa: S106 - no password
        locked = self._ends(Scenario(root=root, locked=True))
        tried = wrong is not None and any(happened(end, TRIED) for end in wrong)
        counted = always(wrong, lambda end: bool(happened(end, COUNTED)) or (tried and not happened(end, TRIED)))
        deciding = self._deciding(locked)
        if locked is not None and deciding is None:
            return Verdict(holds=False), None
        return counted & always(locked, lambda end: not end.success), deciding

    def empty_password_accepted(self) -> tuple[Verdict, int | None]:
        """Whether an account without a password gets in, and the line that lets it."""
        ends = self._ends(Scenario(password="empty"))  # noqa: S106 - no password
        return _possible_by(ends, EMPTY_ACCEPTED)

    def open_to_all(self) -> tuple[Verdict, int | None]:
        """Whether somebody who knows and has nothing gets in, and the line that lets them."""
        ends = self._ends(Scenario(password="wrong", withheld="all", member=True), note_passing=True)  # noqa: S106 - what a module is told in this scenario, no password
        verdict = possible(ends, lambda end: end.success)
        _, line = _possible_by(ends, PASSED)
        return verdict, line

    def second_factors(self) -> tuple[tuple[str, ...], Verdict]:
        """Modules without which nobody gets in; the verdict says whether the list is certain to be all."""
        sure: list[str] = []
        lines: frozenset[int] = frozenset()
        for module in sorted({handler.module for handler in self.auth if handler.module in SECOND_FACTORS}):
            barred = always(self._ends(Scenario(withheld=module)), lambda end: not end.success)
            sure += [module] if barred.holds else []
            lines |= barred.lines
        lines |= self._unknown_and_required()
        return tuple(sure), Verdict(None, lines) if lines and not sure else Verdict(holds=True)

    def wheel_only(self) -> tuple[Verdict, int | None]:
        """Whether somebody in no special group is refused with root's own password, and the line that refuses."""
        scenario = Scenario(root=True)
        verdict = always(self._ends(scenario), lambda end: not end.success)
        if verdict.holds is not True:
            ends = ends_of(self.account, lambda handler: account_answers(handler, scenario, self.around))
            shut = always(ends, lambda end: not end.success)
            verdict = shut if shut.holds else Verdict(verdict.holds, verdict.lines)
        line = next(
            (at for at, handler in enumerate(self.auth) if handler.module in ("pam_wheel", "pam_succeed_if")), None
        )
        return verdict, line

    def counter(self, handler: Handler) -> Counter | None:
        """The options of a counting line."""
        return counter_of(self.host, handler)

    def _ends(self, scenario: Scenario, *, note_passing: bool = False) -> Ends:
        def answers(handler: Handler) -> tuple[Answer, ...]:
            found = login_answers(handler, scenario, self.around, self.counter)
            return tuple(_noted(handler, answer) for answer in found) if note_passing else found

        return ends_of(self.auth, answers)

    def _deciding(self, locked: Ends) -> int | None:
        """Of the lines that refuse a locked account, the one with the highest limit that some path is left to."""
        lines = []
        for end in locked or ():
            blocking = [(counter.deny, at) for at in happened(end, BLOCKED) if (counter := self.counter(self.auth[at]))]
            lines += [min(blocking)] if blocking else []
        return max(lines)[1] if lines else None

    def _unknown_and_required(self) -> frozenset[int]:
        """Modules that we do not know and that nobody gets past: one of them may be a second factor."""
        strange = [at for at, handler in enumerate(self.auth) if not handler.missing and not is_known(handler)]
        return frozenset(at for at in strange if self._barred_by({at}) and not self._barred_by(set()))

    def _barred_by(self, refusing: set[int]) -> bool:
        """Whether nobody gets in while these modules refuse and all other unknown ones are content."""

        def answers(handler: Handler) -> tuple[Answer, ...]:
            if handler in refusers:
                return (Answer("auth_err"),)
            if not is_known(handler):
                return (Answer("success"),)
            return login_answers(handler, Scenario(), self.around, self.counter)

        refusers = {self.auth[at] for at in refusing}
        return always(ends_of(self.auth, answers), lambda end: not end.success).holds is True


def _noted(handler: Handler, answer: Answer) -> Answer:
    action = handler.control.action(answer.code)
    passing = answer.code == "success" and (action == "done" or isinstance(action, int))
    return Answer(answer.code, PASSED, answer.guess) if passing and answer.event is None else answer


def _possible_by(ends: Ends, event: str) -> tuple[Verdict, int | None]:
    """Whether success is possible with an event on the way, and where that happened."""

    def wanted(end: End) -> bool:
        return end.success and bool(happened(end, event))

    verdict = possible(ends, wanted)
    lines = [at for end in ends or () if wanted(end) for at in happened(end, event)]
    return verdict, min(lines, default=None)
