"""Rules as facts: watches, system calls, and what both cover together."""

from collections.abc import Callable, Sequence

from rongdun_agent.audit_rules.activities import PEOPLE, activities, excepted, unpaired
from rongdun_agent.audit_rules.parse import Rules
from rongdun_agent.audit_rules.rule import PERMISSIONS, Rule
from rongdun_contract.documents import Source
from rongdun_contract.facts.audit import Ruleset, SyscallRule, Watch

NATIVE = frozenset((None, "b64"))
"""Word sizes whose rules bind 64-bit programs; without one, auditctl takes the machine's own."""
SENSITIVE = (
    *("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/security/opasswd"),
    *("/etc/sudoers", "/etc/sudoers.d", "/etc/pam.d", "/etc/ssh/sshd_config", "/etc/login.defs"),
    *("/etc/hosts", "/etc/localtime", "/etc/crontab", "/etc/selinux", "/etc/apparmor.d"),
    *("/etc/audit", "/etc/rsyslog.conf", "/etc/sysctl.conf", "/etc/modprobe.d", "/etc/systemd"),
    *("/var/log/lastlog", "/var/log/wtmp", "/var/log/btmp", "/var/log/faillog", "/var/run/utmp", "/run/utmp"),
    *("/etc/NetworkManager", "/etc/network", "/etc/netplan", "/etc/sysconfig/network-scripts"),
    *("/etc/audit/auditd.conf", "/etc/audit/rules.d", "/etc/cron.d", "/var/spool/cron"),
    *("/var/run/faillock", "/run/faillock", "/var/log/tallylog", "/var/log/sudo.log", "/var/log/audit"),
)
"""Paths that a watch over a directory above them covers as well; they are told even if no rule names them."""
_CALLS = (
    *("adjtimex", "settimeofday", "clock_settime", "init_module", "finit_module", "delete_module"),
    *("mount", "umount2", "sethostname", "setdomainname", "execve", "execveat"),
    *("chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "lchown"),
    *("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
    *("unlink", "unlinkat", "rename", "renameat", "renameat2"),
)
"""Calls that a rule for all of them covers as well; they are told even if no rule names them."""
_ANY_USER = frozenset(("auid!=unset",))
"""Restrictions that leave nothing out that a person does."""
_REAL_CLOCK = frozenset(("a0=0", "a0=0x0"))


def to_ruleset(
    rules: Rules, is_directory: Callable[[str], bool], at: str, machine: str | None = None
) -> tuple[Ruleset, dict[str, Source]]:
    """The facts and their sources under the fact path `at`; `machine` as `uname -m` names it."""
    live = rules.rules
    watches = [rule for rule in live if _is_watch(rule)]
    calls = [rule for rule in live if not _is_watch(rule)]
    covered = _covered(watches, is_directory)
    paths = {path: rule for path, rule in covered.items() if not excepted(live, rule, path=path)}
    executables = {rule.path: rule for rule in live if rule.path and _runs(rule)}
    named = ((name, rule) for rule in calls for name in rule.syscalls or _CALLS if _whoever(rule, name))
    syscalls = {name: rule for name, rule in named if not excepted(live, rule, call=name)}
    deeds = activities(live, machine)
    facts = Ruleset(
        watches=tuple(_watch(rule, is_directory) for rule in watches),
        syscall_rules=tuple(_syscall_rule(rule) for rule in calls),
        enabled=rules.enabled,
        suppressed=_suppressed(live),
        audited_paths=tuple(sorted(paths)),
        audited_executables=tuple(sorted(executables)),
        audited_syscalls=tuple(sorted(syscalls)),
        activities=tuple(sorted(deeds)),
        unpaired_syscalls=unpaired(live),
    )
    sources = _sources(f"{at}.watches", watches) | _sources(f"{at}.syscall_rules", calls)
    sources |= _sources(f"{at}.audited_paths", [paths[path] for path in sorted(paths)])
    sources |= _sources(f"{at}.audited_executables", [executables[path] for path in sorted(executables)])
    sources |= _sources(f"{at}.activities", [deeds[name] for name in sorted(deeds)])
    return facts, sources | _sources(f"{at}.audited_syscalls", [syscalls[name] for name in sorted(syscalls)])


def _is_watch(rule: Rule) -> bool:
    """Every user's access to a path; a rule that leaves somebody out is none."""
    watching = rule.path is not None and not rule.syscalls and rule.list == "exit"
    return watching and rule.action == "always" and rule.arch in NATIVE and set(rule.fields) <= _ANY_USER


def _runs(rule: Rule) -> bool:
    """Running a program is recorded for people at least: services run it as part of their work."""
    if rule.action != "always" or rule.list != "exit" or rule.recursive or not set(rule.fields) <= PEOPLE:
        return False
    return "x" in _letters(rule) and (not rule.syscalls or "execve" in rule.syscalls)


def _whoever(rule: Rule, name: str) -> bool:
    allowed = _ANY_USER | (_REAL_CLOCK if name == "clock_settime" else frozenset())
    always = rule.action == "always" and rule.list == "exit" and rule.path is None and rule.permissions is None
    return always and rule.arch in NATIVE and set(rule.fields) <= allowed


def _covered(watches: Sequence[Rule], is_directory: Callable[[str], bool]) -> dict[str, Rule]:
    """Paths whose writing and attributes are recorded, with the first rule that does it."""
    found: dict[str, Rule] = {}
    for rule in watches:
        if rule.path is None or not {"w", "a"} <= set(_letters(rule)):
            continue
        found.setdefault(rule.path, rule)
        if _is_recursive(rule, is_directory):
            above = rule.path.rstrip("/") + "/"
            for path in SENSITIVE:
                if path.startswith(above):
                    found.setdefault(path, rule)
    return found


def _suppressed(rules: Sequence[Rule]) -> bool:
    """Whether a rule that leaves nobody out says never, before any rule of the same list says always.

    One on the task list keeps every process from ever being audited, whatever the others say (audit.rules(7)).
    """
    for rule in rules:
        everything = not rule.fields and rule.path is None and set(rule.syscalls) <= {"all"} and rule.arch is None
        if rule.action == "never" and everything and rule.list == "task":
            return True
    first = next((rule for rule in rules if rule.list == "exit"), None)
    if first is None or first.action != "never":
        return False
    return not first.fields and first.path is None and set(first.syscalls) <= {"all"} and first.arch is None


def _letters(rule: Rule) -> str:
    """Without permissions every kind of access counts."""
    return PERMISSIONS if rule.permissions is None else rule.permissions


def _is_recursive(rule: Rule, is_directory: Callable[[str], bool]) -> bool:
    return bool(rule.path and is_directory(rule.path)) if rule.recursive is None else rule.recursive


def _watch(rule: Rule, is_directory: Callable[[str], bool]) -> Watch:
    path = rule.path or "/"
    return Watch(
        path=path,
        permissions=_letters(rule),
        recursive=_is_recursive(rule, is_directory),
        key=rule.key,
    )


def _syscall_rule(rule: Rule) -> SyscallRule:
    place = ((f"{'dir' if rule.recursive else 'path'}={rule.path}",) if rule.path else ()) + (
        (f"perm={rule.permissions}",) if rule.permissions else ()
    )
    return SyscallRule(
        action="never" if rule.action == "never" else "always",
        list=rule.list,
        arch=rule.arch,
        syscalls=rule.syscalls,
        fields=place + rule.fields,
        key=rule.key,
    )


def _sources(at: str, rules: Sequence[Rule]) -> dict[str, Source]:
    return {f"{at}[{index}]": Source(where=rule.where) for index, rule in enumerate(rules)}
