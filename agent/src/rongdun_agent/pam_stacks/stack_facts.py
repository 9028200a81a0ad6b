"""One service's stack as facts, each with the line that decides it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from rongdun_agent.pam_stacks.chains import Chain
from rongdun_agent.pam_stacks.login_demands import LoginStack
from rongdun_agent.pam_stacks.password_demands import PasswordStack
from rongdun_agent.pam_stacks.verdict import Verdict
from rongdun_agent.setting import Setting
from rongdun_contract.documents import Source
from rongdun_contract.facts.model import Unknown
from rongdun_contract.facts.pam import Lockout, Quality, Stack

_UNDECIDED = Unknown(unknown="undecided")
_QUALITY_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "minimum_length": ("minlen", "min"),
    "minimum_classes": ("minclass", "dcredit", "min"),
    "difference": ("difok",),
    "maximum_repeat": ("maxrepeat",),
    "maximum_sequence": ("maxsequence",),
    "dictionary_check": ("dictcheck",),
    "user_name_check": ("usercheck", "reject_username"),
    "enforced_for_root": ("enforce_for_root", "enforce"),
    "enforcing": ("enforcing", "enforce"),
    "retries": ("retry",),
}
_LOCKOUT_SETTINGS: Mapping[str, str] = {
    "deny": "deny",
    "fail_interval_s": "fail_interval",
    "unlock_time_s": "unlock_time",
    "root_included": "even_deny_root",
    "root_unlock_time_s": "root_unlock_time",
    "audit": "audit",
}

T = TypeVar("T")


@dataclass(slots=True)
class _Draft:
    """What is found out about one service: provenance by fact name, and the lines that were guessed about."""

    sources: dict[str, Source] = field(default_factory=dict)
    undecided: dict[str, str] = field(default_factory=dict)

    def note(self, name: str, chain: Chain, line: int | None) -> None:
        if line is not None:
            self.sources[name] = Source(where=chain[line].where)

    def settle(self, verdict: Verdict, chain: Chain, yes: T, no: T) -> T | Unknown:
        """The value that a verdict stands for; undecided lines are kept."""
        for at in verdict.lines if verdict.holds is None else ():
            where = chain[at].where
            self.undecided[f"{chain[at].module} in {where.rpartition(':')[0]}"] = where
        if verdict.holds is None:
            return _UNDECIDED
        return yes if verdict.holds else no


def stack_facts(
    login: LoginStack | None, password: PasswordStack | None, *, su: bool
) -> tuple[Stack, dict[str, Source]]:
    """The facts of a service; a part that its program never asks PAM for (`None`) demands and accepts nothing."""
    draft = _Draft()
    found: dict[str, object] = {}
    if login:
        found |= _login_facts(draft, login, su=su)
    if password:
        found |= _password_facts(draft, password)
    for index, (_, where) in enumerate(sorted(draft.undecided.items())):
        draft.sources[f"undecided_lines[{index}]"] = Source(where=where)
    return Stack.model_validate({**found, "undecided_lines": tuple(sorted(draft.undecided))}), draft.sources


def _login_facts(draft: _Draft, login: LoginStack, *, su: bool) -> dict[str, object]:
    empty, line = login.empty_password_accepted()
    draft.note("empty_password_accepted", login.auth, line)
    opened, line = login.open_to_all()
    draft.note("open_to_all", login.auth, line)
    factors, complete = login.second_factors()
    for handler in login.auth:
        if handler.module in factors:
            draft.sources.setdefault("second_factor", Source(where=handler.where))
    found: dict[str, object] = {
        "lockout": _lockout(draft, login),
        "empty_password_accepted": draft.settle(empty, login.auth, yes=True, no=False),
        "open_to_all": draft.settle(opened, login.auth, yes=True, no=False),
        "second_factor": draft.settle(complete, login.auth, yes=factors, no=factors),
    }
    if su:
        wheel, line = login.wheel_only()
        draft.note("wheel_only", login.auth, line)
        found["wheel_only"] = draft.settle(wheel, login.auth, yes=True, no=False)
    return found


def _lockout(draft: _Draft, login: LoginStack) -> Lockout | Unknown | None:
    verdict, line = login.lockout(root=False)
    counter = login.counter(login.auth[line]) if line is not None else None
    if line is None or counter is None or verdict.holds is not True:
        return draft.settle(verdict, login.auth, yes=None, no=None)
    draft.note("lockout", login.auth, line)
    for name, option in _LOCKOUT_SETTINGS.items():
        if option in counter.settings:
            draft.sources[f"lockout.{name}"] = counter.settings[option].source
    root, _ = login.lockout(root=True)
    return Lockout(
        module=login.auth[line].module,
        deny=counter.deny,
        fail_interval_s=counter.fail_interval_s,
        unlock_time_s=counter.unlock_time_s,
        root_included=draft.settle(root, login.auth, yes=True, no=False),
        root_unlock_time_s=counter.root_unlock_time_s if root.holds else None,
        audit=counter.audit,
    )


def _password_facts(draft: _Draft, password: PasswordStack) -> dict[str, object]:
    judged, demands, settings = password.quality()
    if demands:
        _note_quality(draft, settings)
    remembered, memory, binds_root = password.history()
    if memory:
        draft.sources["history"] = memory.source.source
    stored = password.hash()
    if stored:
        draft.sources["password_hash"] = stored.source
    no_quality: Quality | None = None
    no_history: int | None = None
    return {
        "quality": draft.settle(judged, password.chain, yes=demands, no=no_quality),
        "history": draft.settle(remembered, password.chain, yes=memory.remember if memory else None, no=no_history),
        "history_enforced_for_root": binds_root,
        "password_hash": stored.value if stored else None,
    }


def _note_quality(draft: _Draft, settings: Mapping[str, Setting]) -> None:
    for name, options in _QUALITY_SETTINGS.items():
        setting = next((settings[option] for option in options if option in settings), None)
        if setting is not None:
            draft.sources[f"quality.{name}"] = setting.source
