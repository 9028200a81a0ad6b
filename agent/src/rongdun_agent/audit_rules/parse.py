"""Lines of auditctl(8)'s language, taken in the order and with the effect that the kernel would see."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

PERMISSIONS = "rwxa"
_LISTS = frozenset(("task", "exit", "user", "exclude", "filesystem", "io_uring", "entry"))
_ACTIONS = frozenset(("always", "never", "possible"))
_FIELD = re.compile(r"(?P<name>[a-z0-9_-]+)(?P<operator>!=|>=|<=|&=|=|>|<|&)(?P<value>.+)")
_UNSET = {"4294967295": "unset", "-1": "unset"}
_TAKES_VALUE = frozenset(("-b", "-f", "-r", "--backlog_wait_time", "-m", "--reset-lost", "-t"))
_FLAGS = frozenset(("-i", "-c", "-q", "-s", "-l", "--loginuid-immutable", "--reset_backlog_wait_time_actual"))
LOCKED = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: a watch is written as its fields `path=` or `dir=` and `perm=`, as the kernel keeps it."""

    where: str
    action: str
    list: str
    arch: str | None = None
    syscalls: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    key: str | None = None
    path: str | None = None
    recursive: bool = False
    permissions: str | None = None


@dataclass
class Rules:
    """Rules in the kernel's order; `stopped_at` is the line at which auditctl would give up."""

    rules: list[Rule] = field(default_factory=list)
    enabled: int | None = None
    stopped_at: str | None = None


class _Invalid(ValueError):
    """auditctl would refuse the line."""


def parse_rules(lines: Iterable[tuple[str, str]]) -> Rules:
    """Take `(where, line)` pairs one after another.

    An invalid line ends the loading, unless -i or -c came before it (audit.rules(7)); so does everything after `-e 2`.
    """
    found, lenient = Rules(), False
    for where, text in lines:
        words = text.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] in ("-i", "-c"):
            lenient = True
            continue
        if found.enabled == LOCKED:
            break
        try:
            _take(found, where, words)
        except _Invalid:
            if not lenient:
                found.stopped_at = where
                break
    return found


def _take(found: Rules, where: str, words: list[str]) -> None:
    option = words[0]
    if option == "-D":
        found.rules.clear()
    elif option == "-e":
        found.enabled = _number(words)
    elif option in ("-w", "-W"):
        rule = _watch(where, words)
        _add_or_remove(found, rule, remove=option == "-W", first=False)
    elif option in ("-a", "-A", "-d"):
        rule = _rule(where, words)
        _add_or_remove(found, rule, remove=option == "-d", first=option == "-A")
    elif option in _TAKES_VALUE:
        _value(words, 1)
    elif option not in _FLAGS:
        raise _Invalid


def _add_or_remove(found: Rules, rule: Rule, *, remove: bool, first: bool) -> None:
    if remove:
        same = _identity(rule)
        found.rules = [each for each in found.rules if _identity(each) != same]
    elif first:
        found.rules.insert(0, rule)
    elif _identity(rule) in map(_identity, found.rules):
        raise _Invalid  # "Rule exists"
    else:
        found.rules.append(rule)


def _identity(rule: Rule) -> tuple[object, ...]:
    """What makes two rules the same to the kernel: everything but where it was written."""
    return (rule.action, rule.list, rule.arch, rule.syscalls, rule.fields, rule.key, rule.path, rule.permissions)


def _watch(where: str, words: list[str]) -> Rule:
    path = _value(words, 1)
    if not path.startswith("/") or ".." in path.split("/"):
        raise _Invalid
    permissions, keys = PERMISSIONS, []
    for at in range(2, len(words), 2):
        match words[at]:
            case "-p":
                permissions = _permissions(_value(words, at + 1))
            case "-k":
                keys.append(_value(words, at + 1))
            case _:
                raise _Invalid
    return Rule(
        where,
        "always",
        "exit",
        path=path.rstrip("/") or "/",
        recursive=path.endswith("/"),
        permissions=permissions,
        key=",".join(keys) or None,
    )


def _rule(where: str, words: list[str]) -> Rule:
    action, list_name = _action_and_list(_value(words, 1))
    syscalls: list[str] = []
    fields: list[str] = []
    keys: list[str] = []
    told: dict[str, str] = {}
    for at in range(2, len(words), 2):
        value = _value(words, at + 1)
        match words[at]:
            case "-S":
                syscalls.extend(name for name in value.split(",") if name)
            case "-F":
                _take_field(value, told, fields, keys)
            case "-k":
                keys.append(value)
            case "-C":
                fields.append(value)
            case _:
                raise _Invalid
    path = told.get("path") or told.get("dir")
    return Rule(
        where,
        action,
        list_name,
        arch=told.get("arch"),
        syscalls=tuple(sorted(set(syscalls))),
        fields=tuple(sorted(fields)),
        key=",".join(keys) or None,
        path=path.rstrip("/") or "/" if path else None,
        recursive="dir" in told,
        permissions=told.get("perm") or (PERMISSIONS if path and not syscalls else None),
    )


def _take_field(text: str, told: dict[str, str], fields: list[str], keys: list[str]) -> None:
    match = _FIELD.fullmatch(text)
    if match is None:
        raise _Invalid
    name, operator, value = match["name"], match["operator"], match["value"].strip("\"'")
    if name == "key":
        keys.append(value)
    elif name in ("path", "dir", "arch", "perm"):
        if operator != "=":
            raise _Invalid
        told[name] = _permissions(value) if name == "perm" else value
    else:
        fields.append(f"{name}{operator}{_UNSET.get(value, value)}")


def _action_and_list(text: str) -> tuple[str, str]:
    """`always,exit` and `exit,always` are the same."""
    first, comma, second = text.partition(",")
    if not comma:
        raise _Invalid
    if first in _LISTS:
        first, second = second, first
    if first not in _ACTIONS or second not in _LISTS or second == "entry":
        raise _Invalid
    return first, second


def _permissions(text: str) -> str:
    if not text or set(text.lower()) - set(PERMISSIONS):
        raise _Invalid
    return "".join(letter for letter in PERMISSIONS if letter in text.lower())


def _value(words: list[str], at: int) -> str:
    if at >= len(words):
        raise _Invalid
    return words[at]


def _number(words: list[str]) -> int:
    text = _value(words, 1)
    if text not in ("0", "1", "2"):
        raise _Invalid
    return int(text)
