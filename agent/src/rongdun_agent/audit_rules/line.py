"""What the options of one line amount to: a rule, or a setting of the audit system."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rongdun_agent.audit_rules.machine import Machine
from rongdun_agent.audit_rules.options import BadLine, Option
from rongdun_agent.audit_rules.rule import PERMISSIONS, Rule, ordered

Deed = Literal["add", "put first", "remove", "delete all", "nothing"]
_LISTS = frozenset(("task", "exit", "user", "exclude", "filesystem", "io_uring"))
_WITHOUT_CALLS = frozenset(("task", "user", "exclude", "filesystem"))
_FIELD = re.compile(r"([a-z0-9_]+)(!=|>=|<=|&=|=|>|<|&)(.+)")
_COMPARED = re.compile(r"([a-z_]+)(!=|=)([a-z_]+)")
_ACCOUNTS = frozenset(
    (
        *("auid", "loginuid", "uid", "euid", "suid", "fsuid", "obj_uid"),
        *("gid", "egid", "sgid", "fsgid", "obj_gid"),
    )
)
_FIELDS = _ACCOUNTS | frozenset(
    (
        *("pid", "ppid", "pers", "msgtype", "devmajor", "devminor", "inode", "exit", "success", "filetype", "exe"),
        *("a0", "a1", "a2", "a3", "sessionid", "saddr_fam", "fstype"),
        *("subj_user", "subj_role", "subj_type", "subj_sen", "subj_clr"),
        *("obj_user", "obj_role", "obj_type", "obj_lev_low", "obj_lev_high"),
    )
)
_UNSET = frozenset(("4294967295", "-1", "unset"))


@dataclass
class Line:
    """A line's effect; `key` alone limits what `-D` deletes."""

    does: Deed = "nothing"
    rule: Rule | None = None
    enabled: int | None = None
    lenient: bool = False
    key: str | None = None


@dataclass
class _Draft:
    """A rule while its options are read."""

    machine: Machine
    does: Deed = "nothing"
    action: str = ""
    list_name: str = ""
    watched: bool = False
    path: str | None = None
    recursive: bool | None = False
    arch: str | None = None
    permissions: str | None = None
    syscalls: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    enabled: int | None = None
    lenient: bool = False


def read_line(options: Sequence[Option], machine: Machine) -> Line:
    """Take the options in their order, which matters: most need the rule before them. Raises BadLine."""
    draft = _Draft(machine)
    for option in options:
        read = _READERS.get(option.name)
        if read:
            read(draft, option.value)
    key = ",".join(draft.keys) or None
    rule = _rule(draft, key) if draft.list_name else None
    return Line(draft.does, rule, draft.enabled, draft.lenient, key)


def _rule(draft: _Draft, key: str | None) -> Rule:
    by_field = draft.recursive is True and not draft.watched
    if draft.path is not None and not draft.machine.has_place(draft.path, by_field):
        raise BadLine(draft.path)
    calls = () if set(draft.syscalls) == {"all"} else tuple(sorted(set(draft.syscalls)))
    permissions = draft.permissions or (PERMISSIONS if draft.watched else None)
    return Rule(
        where="",
        action=draft.action,
        list=draft.list_name,
        arch=draft.arch,
        syscalls=calls,
        fields=tuple(sorted(draft.fields)),
        key=key,
        path=draft.path,
        recursive=draft.recursive,
        permissions=permissions,
    )


def _begin(draft: _Draft, does: Deed, action: str, list_name: str) -> None:
    if draft.does != "nothing":
        raise BadLine(action)
    draft.does, draft.action, draft.list_name = does, action, list_name


def _listed(does: Deed) -> Callable[[_Draft, str], None]:
    def read(draft: _Draft, value: str) -> None:
        """`always,exit` and `exit,always` are the same."""
        words = value.split(",")
        lists = [word for word in words if word in _LISTS]
        actions = [word for word in words if word in ("always", "never")]
        if len(words) != len(lists) + len(actions) or (len(lists), len(actions)) != (1, 1):
            raise BadLine(value)
        if draft.syscalls and lists[0] in _WITHOUT_CALLS:
            raise BadLine(value)
        _begin(draft, does, actions[0], lists[0])

    return read


def _watch(does: Deed) -> Callable[[_Draft, str], None]:
    def read(draft: _Draft, value: str) -> None:
        if not value.startswith("/"):
            raise BadLine(value)
        _begin(draft, does, "always", "exit")
        draft.path, draft.watched = value.rstrip("/") or "/", True
        draft.recursive = True if value.endswith("/") else None

    return read


def _calls(draft: _Draft, value: str) -> None:
    if draft.list_name in _WITHOUT_CALLS:
        raise BadLine(value)
    draft.syscalls += (draft.machine.system_call(word, draft.arch) for word in value.split(",") if word)


def _field(draft: _Draft, value: str) -> None:
    match = _FIELD.fullmatch(value)
    if match is None or not draft.list_name:
        raise BadLine(value)
    name, operator, text = match.groups()
    if name == "key":
        draft.keys.append(text)
    elif name == "arch":
        if draft.syscalls or operator != "=":
            raise BadLine(value)  # "arch must be before -S"
        draft.arch = draft.machine.architecture(text)
    elif name in ("path", "dir"):
        if not text.startswith("/") or operator != "=" or draft.path is not None:
            raise BadLine(value)
        draft.path, draft.recursive = text.rstrip("/") or "/", name == "dir"
    elif name == "perm":
        _permissions(draft, text)
    elif name in _FIELDS:
        draft.fields.append(f"{name}{operator}{_account(text) if name in _ACCOUNTS else text}")
    else:
        raise BadLine(value)


def _account(text: str) -> str:
    return "unset" if text in _UNSET else "0" if text == "root" else text


def _compared(draft: _Draft, value: str) -> None:
    match = _COMPARED.fullmatch(value)
    if match is None or not draft.list_name:
        raise BadLine(value)
    first, second = sorted((match[1], match[3]))
    draft.fields.append(f"{first}{match[2]}{second}")


def _watch_permissions(draft: _Draft, value: str) -> None:
    if not draft.watched:
        raise BadLine(value)
    _permissions(draft, value)


def _permissions(draft: _Draft, value: str) -> None:
    draft.permissions = ordered(value)
    if draft.permissions is None:
        raise BadLine(value)


def _key(draft: _Draft, value: str) -> None:
    if draft.does == "nothing":
        raise BadLine(value)
    draft.keys.append(value)


def _delete_all(draft: _Draft, _: str) -> None:
    draft.does = "delete all"


def _enabled(draft: _Draft, value: str) -> None:
    if value not in ("0", "1", "2"):
        raise BadLine(value)
    draft.enabled = int(value)


def _one_of(*allowed: str) -> Callable[[_Draft, str], None]:
    def read(_: _Draft, value: str) -> None:
        if value not in allowed:
            raise BadLine(value)

    return read


def _number(_: _Draft, value: str) -> None:
    if not (value.isascii() and value.isdecimal()):
        raise BadLine(value)


def _refused(_: _Draft, value: str) -> None:
    raise BadLine(value)


def _lenient(draft: _Draft, _: str) -> None:
    draft.lenient = True


_READERS: dict[str, Callable[[_Draft, str], None]] = {
    "a": _listed("add"),
    "A": _listed("put first"),
    "d": _listed("remove"),
    "w": _watch("add"),
    "W": _watch("remove"),
    "S": _calls,
    "F": _field,
    "C": _compared,
    "p": _watch_permissions,
    "k": _key,
    "D": _delete_all,
    "e": _enabled,
    "f": _one_of("0", "1", "2"),
    "b": _number,
    "r": _number,
    "i": _lenient,
    "c": _lenient,
    "R": _refused,
    "h": _refused,
    "--backlog_wait_time": _number,
}
