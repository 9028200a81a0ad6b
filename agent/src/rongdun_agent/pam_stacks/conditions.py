"""Modules that ask who somebody is: pam_succeed_if(8), pam_usertype(8), pam_wheel(8), pam_rootok(8)."""

from collections.abc import Iterable

from rongdun_agent.pam_stacks.machine import Answer
from rongdun_agent.pam_stacks.scenario import Scenario, Surroundings

_FLAGS = frozenset(("audit", "debug", "quiet", "quiet_fail", "quiet_success", "use_uid"))
_COMPARISONS = {
    "eq": lambda a, b: a == b,
    "=": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "!=": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "<": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "<=": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    ">": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    ">=": lambda a, b: a >= b,
}

Truth = bool | None
"""`None`: true of some accounts and false of others."""


def succeed_if(args: tuple[str, ...], scenario: Scenario, around: Surroundings) -> tuple[Answer, ...]:
    """All conditions have to hold; without any the module fails."""
    words = [word for word in args if word not in _FLAGS]
    if not words:
        return (Answer("service_err"),)
    truths = [
        _condition(*words[at : at + 3], scenario=scenario, around=around) for at in range(0, len(words) // 3 * 3, 3)
    ]
    if False in truths:
        return (Answer("auth_err"),)
    if None in truths or len(words) % 3:
        return (Answer("success", guess=True), Answer("auth_err", guess=True))
    return (Answer("success"),)


def user_type(args: tuple[str, ...], scenario: Scenario) -> tuple[Answer, ...]:
    """`isregular` by the number that login.defs(5) begins with; root is a system account."""
    wanted_regular = "issystem" not in args
    return (Answer("success" if wanted_regular is not scenario.root else "perm_denied"),)


def wheel(args: tuple[str, ...], scenario: Scenario, around: Surroundings) -> tuple[Answer, ...]:
    """Members are ignored (or trusted), others refused; `deny` turns it around, `root_only` looks at su to root."""
    if "root_only" in args and not scenario.root:
        return (Answer("ignore"),)
    group = next((arg.removeprefix("group=") for arg in args if arg.startswith("group=")), None) or (
        "wheel" if "wheel" in around.groups else "root"
    )
    passed = "success" if "trust" in args else "ignore"
    denying = "deny" in args
    outsider = Answer(passed if denying else "perm_denied")
    insider = Answer("perm_denied" if denying else passed)
    return (outsider, insider) if scenario.member and around.has_members(group) else (outsider,)


def root_ok(around: Surroundings) -> tuple[Answer, ...]:
    """The real user of the program is asked, and that of a daemon is always root."""
    return (Answer("success" if around.runs_as_root else "auth_err"),)


def _condition(left: str, operator: str, right: str, *, scenario: Scenario, around: Surroundings) -> Truth:
    if left == "uid":
        return _number(operator, right, scenario, around)
    if left == "service":
        return _word(operator, right, around.service)
    if left in ("user", "ruser") and operator in ("ingroup", "notingroup"):
        return _group(operator, right, scenario, around)
    if left == "user" and scenario.root:
        return _word(operator, right, "root")
    if left == "user" and set(right.split(":")) == {"root"}:
        return _word(operator, right, "not root")
    return None


def _number(operator: str, right: str, scenario: Scenario, around: Surroundings) -> Truth:
    """Compare a UID: root's is 0, an ordinary account's may be anything from UID_MIN on."""
    compare = _COMPARISONS.get(operator)
    if compare is None or not right.isdecimal():
        return None
    limit = int(right)
    samples: Iterable[int] = (
        (0,) if scenario.root else (around.first_regular_uid, max(limit, around.first_regular_uid) + 1)
    )
    answers = {compare(uid, limit) for uid in samples}
    if not scenario.root and operator in ("eq", "=", "ne", "!=") and limit >= around.first_regular_uid:
        return None
    return answers.pop() if len(answers) == 1 else None


def _word(operator: str, right: str, actual: str) -> Truth:
    if operator in ("=", "eq"):
        return actual == right
    if operator in ("!=", "ne"):
        return actual != right
    if operator in ("in", "notin"):
        return (actual in right.split(":")) is (operator == "in")
    return None


def _group(operator: str, right: str, scenario: Scenario, around: Surroundings) -> Truth:
    if scenario.root or (scenario.member and any(around.has_members(group) for group in right.split(":"))):
        return None
    return operator == "notingroup"
