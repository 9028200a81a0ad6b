"""Modules that count failed logins: pam_faillock(8), pam_tally2(8) and pam_tally(8), and what they are told to do."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.pam_stacks.chains import Handler
from rongdun_agent.pam_stacks.conf import existing, leading_number, merged, of_arguments, parse_conf
from rongdun_agent.setting import Setting

FAILLOCK_FILES = (
    "/etc/security/faillock.conf",
    "/usr/etc/security/faillock.conf",
    "/usr/lib/pam/security/faillock.conf",
)
MODULES = ("pam_faillock", "pam_tally2", "pam_tally")

_Step = Literal["preauth", "authsucc", "authfail", "all"]
_STEPS: tuple[_Step, ...] = ("preauth", "authsucc", "authfail")
_DEFAULT_DENY, _DEFAULT_INTERVAL_S, _DEFAULT_UNLOCK_S = 3, 900, 600
_LONGEST_S = 604800


class Counter(NamedTuple):
    """The options of one line; `step` is what this line does, pam_tally2 doing all at once.

    `deny` 0 never locks, `unlock_time_s` 0 leaves a lock to the administrator.
    """

    step: _Step
    deny: int
    fail_interval_s: int | None
    unlock_time_s: int
    binds_root: bool
    root_unlock_time_s: int
    audit: bool
    settings: Mapping[str, Setting]


def counter_of(host: Host, handler: Handler) -> Counter | None:
    """The counter that a line sets up; nothing when pam_faillock cannot read the file that its `conf=` names."""
    given = merged(of_arguments(handler.args, handler.where))
    if handler.module != "pam_faillock":
        return _tally(handler.module, given)
    paths = (given["conf"].value,) if "conf" in given else FAILLOCK_FILES
    path = existing(host, paths)
    if path is None and "conf" in given:
        return None
    conf = parse_conf(path, host.lines(path)) if path else []
    steps: list[_Step] = [step for word in handler.args for step in _STEPS if step == word]
    return _faillock(steps[-1] if steps else "preauth", merged([*conf, *of_arguments(handler.args, handler.where)]))


def _faillock(step: _Step, settings: Mapping[str, Setting]) -> Counter:
    """Without a word for the step, a line only looks, as before the password."""
    unlock = _time(settings, "unlock_time", _DEFAULT_UNLOCK_S)
    return Counter(
        step=step,
        deny=_number(settings, "deny", _DEFAULT_DENY),
        fail_interval_s=_time(settings, "fail_interval", _DEFAULT_INTERVAL_S),
        unlock_time_s=unlock,
        binds_root="even_deny_root" in settings,
        root_unlock_time_s=_time(settings, "root_unlock_time", unlock),
        audit="audit" in settings,
        settings=settings,
    )


def _tally(module: str, settings: Mapping[str, Setting]) -> Counter:
    """pam_tally2 has no file; its root_unlock_time binds root by itself."""
    unlock = _number(settings, "unlock_time", 0)
    root = (
        ("even_deny_root_account",)
        if module == "pam_tally"
        else ("even_deny_root", "even_deny_root_account", "root_unlock_time")
    )
    return Counter(
        step="all",
        deny=_number(settings, "deny", 0),
        fail_interval_s=None,
        unlock_time_s=unlock,
        binds_root=any(name in settings for name in root),
        root_unlock_time_s=_number(settings, "root_unlock_time", unlock),
        audit="audit" in settings,
        settings=settings,
    )


def _number(settings: Mapping[str, Setting], name: str, default: int) -> int:
    found = leading_number(settings[name].value) if name in settings else None
    return default if found is None else found


def _time(settings: Mapping[str, Setting], name: str, default: int) -> int:
    """Seconds, `never` being 0; beyond a week faillock refuses the number and keeps what it had."""
    if name in settings and settings[name].value == "never":
        return 0
    found = _number(settings, name, default)
    return found if found <= _LONGEST_S else default
