"""What people do that the rules record, whatever way it can be done on the machine."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from rongdun_agent.audit_rules.rule import Rule
from rongdun_agent.audit_rules.system_calls import TABLES
from rongdun_contract.facts.audit import Activity

PEOPLE = frozenset(("auid!=unset", "auid>=1000", "auid>=500", "auid>999"))
"""Restrictions that leave out nothing but what services do by themselves."""
ACTIVITIES: Mapping[Activity, tuple[str, ...]] = MappingProxyType(
    {
        "permissions": ("chmod", "fchmod", "fchmodat"),
        "ownership": ("chown", "fchown", "fchownat", "lchown"),
        "attributes": (
            *("setxattr", "lsetxattr", "fsetxattr"),
            *("removexattr", "lremovexattr", "fremovexattr"),
        ),
        "deletion": ("unlink", "unlinkat", "rename", "renameat"),
        "mounts": ("mount", "umount2"),
        "host names": ("sethostname", "setdomainname"),
        "refused access": ("open", "openat", "creat", "truncate", "ftruncate"),
        "commands": ("execve",),
        "root commands": ("execve",),
    }
)
_NAMED = frozenset(call for calls in ACTIVITIES.values() for call in calls)
_REFUSALS = (frozenset(("exit=-EACCES", "exit=-13")), frozenset(("exit=-EPERM", "exit=-1")))
_AS_ROOT = frozenset(("euid=0",))
_NATIVE = frozenset((None, "b64"))
_BUSY_PLACES = ("/dev/", "/proc/", "/run/", "/sys/", "/var/cache/", "/var/lib/", "/opt/")
"""An exception for what lies there hides nothing that an assessor looks for."""


def activities(rules: Sequence[Rule], machine: str | None) -> dict[Activity, Rule]:
    """Those of which every call that the machine has is recorded, with the rule of the first; unknown: all calls."""
    there = frozenset(TABLES.get(machine or "x86_64", TABLES["x86_64"]).split())
    found: dict[Activity, Rule] = {}
    for name, calls in ACTIVITIES.items():
        needed = [call for call in calls if call in there]
        recorded = [_recorded(rules, name, call) for call in needed]
        if all(recorded):
            found[name] = next(rule for rule in recorded if rule)
    return found


def unpaired(rules: Sequence[Rule]) -> tuple[str, ...]:
    """Calls recorded for 64-bit programs that 32-bit programs can make unrecorded."""
    narrow = frozenset(TABLES["i386"].split())
    wide = {call for rule in _always(rules) if rule.arch in _NATIVE for call in rule.syscalls or _NAMED}
    paired = {call for rule in _always(rules) if rule.arch == "b32" for call in rule.syscalls or narrow}
    return tuple(sorted((wide & narrow) - paired))


def _always(rules: Sequence[Rule]) -> Iterator[Rule]:
    return (rule for rule in rules if rule.action == "always" and rule.list == "exit" and rule.path is None)


def _recorded(rules: Sequence[Rule], activity: Activity, call: str) -> Rule | None:
    """The rule by which a call is recorded for people; for refusals, that of the last kind."""
    if activity == "refused access":
        kinds = [_first(rules, call, PEOPLE, kind) or _first(rules, call, PEOPLE) for kind in _REFUSALS]
        return kinds[-1] if all(kinds) else None
    return _first(rules, call, PEOPLE | _AS_ROOT if activity == "root commands" else PEOPLE)


def _first(
    rules: Sequence[Rule], call: str, allowed: frozenset[str], needed: frozenset[str] = frozenset()
) -> Rule | None:
    """The first rule for a call that no exception comes before; `needed`: one of these has to be among its fields."""
    for rule in rules:
        if rule.list != "exit" or rule.arch not in _NATIVE or (rule.syscalls and call not in rule.syscalls):
            continue
        if rule.action == "never" and _hides_people(rule):
            return None
        fields = set(rule.fields)
        fits = fields - needed <= allowed and (not needed or bool(fields & needed))
        if rule.action == "always" and rule.path is None and rule.permissions is None and fits:
            return rule
    return None


def excepted(rules: Sequence[Rule], rule: Rule, *, call: str | None = None, path: str = "") -> bool:
    """Whether an exception before the rule hides a call, or the changes of a path, from it."""
    before = rules[: next(at for at, one in enumerate(rules) if one is rule)]
    hiding = (one for one in before if one.action == "never" and one.list == "exit" and one.arch in _NATIVE)
    for one in hiding:
        if (call in one.syscalls or not one.syscalls) and _meets(one, path) and _hides_people(one):
            return True
    return False


def _meets(rule: Rule, path: str) -> bool:
    """Whether a rule is also about a path; without one, what is done may be done anywhere."""
    if not path or rule.path is None or path == rule.path:
        return True
    return rule.recursive is True and path.startswith(rule.path.rstrip("/") + "/")


def _hides_people(rule: Rule) -> bool:
    """Whether an exception leaves out what somebody does; those for services and for busy places do not."""
    if "auid=unset" in rule.fields:
        return False
    programs = [field.removeprefix("exe=") for field in rule.fields if field.startswith("exe=")]
    places = [rule.path, *programs] if rule.path else programs
    return not any(f"{place}/".startswith(_BUSY_PLACES) for place in places)
