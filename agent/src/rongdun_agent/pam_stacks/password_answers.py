"""What each known module may return when a new password is about to be stored."""

from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.pam_stacks import quality
from rongdun_agent.pam_stacks.answers import ANYTHING, DIRECTORIES, identity_answers
from rongdun_agent.pam_stacks.chains import Handler, PamFiles
from rongdun_agent.pam_stacks.history import Memory, memory_of
from rongdun_agent.pam_stacks.machine import Answer
from rongdun_agent.pam_stacks.scenario import Change, Scenario, Surroundings
from rongdun_agent.setting import Setting
from rongdun_contract.facts.pam import Quality

REFUSED = "refused"
"""Event: a module turned the new password down."""


class PasswordModules(NamedTuple):
    """The options of the lines of a password stack, read as the host's versions read them."""

    host: Host
    files: PamFiles
    old_pwquality: bool

    def quality(self, handler: Handler) -> tuple[Quality, dict[str, Setting]]:
        """What a line of a quality module demands."""
        found, settings = quality.quality_of(self.host, handler, old=self.old_pwquality)
        return found, dict(settings)

    def memory(self, handler: Handler) -> Memory | None:
        """How many old passwords a line compares with."""
        return memory_of(self.host, self.files, handler)

    def answers(self, handler: Handler, change: Change, around: Surroundings) -> tuple[Answer, ...]:
        """What the module may return; `enforcing` is left aside: a module that only warns differs from none."""
        if handler.module in quality.MODULES:
            return self._judge(handler, change)
        if handler.module in ("pam_unix", "pam_pwhistory"):
            return self._remember(handler, change)
        if handler.module == "pam_deny":
            return (Answer("authtok_err"),)
        if handler.module in DIRECTORIES:
            return tuple(Answer(code) for code in ("user_unknown", "authinfo_unavail", "ignore"))
        return identity_answers(handler, Scenario(root=change.root), around) or ANYTHING

    def _judge(self, handler: Handler, change: Change) -> tuple[Answer, ...]:
        demands, _ = self.quality(handler)
        if change.kind == "weak" and (demands.enforced_for_root or not change.root):
            return (Answer("maxtries" if (demands.retries or 1) > 1 else "authtok_err", REFUSED),)
        return (Answer("success"),)

    def _remember(self, handler: Handler, change: Change) -> tuple[Answer, ...]:
        memory = self.memory(handler)
        if memory is None or (memory.remember == 0 and handler.module == "pam_pwhistory"):
            return (Answer("ignore"),)
        if change.kind == "reused" and memory.remember and (memory.binds_root or not change.root):
            return (Answer("maxtries" if handler.module == "pam_pwhistory" else "authtok_err", REFUSED),)
        return (Answer("success"),)
