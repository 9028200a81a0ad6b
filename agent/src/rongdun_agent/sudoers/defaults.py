"""Defaults of sudoers: what holds for all, and what is bound to users, hosts, commands or run-as users."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rongdun_agent.setting import Setting
from rongdun_agent.sudoers.aliases import Aliases, written
from rongdun_agent.sudoers.entries import AliasKind, Default

_SCOPES: dict[str, AliasKind] = {":": "User", "@": "Host", "!": "Cmnd", ">": "Runas"}
_MINUTES = re.compile(r"([+-]?)([0-9]{1,7})(?:\.([0-9]{1,6}))?")


@dataclass(slots=True)
class Defaults:
    """`settings` hold for all; `scoped` are the others as text, with their places."""

    settings: dict[str, Setting] = field(default_factory=dict)
    scoped: list[Setting] = field(default_factory=list)
    unasked: set[str] = field(default_factory=set)
    """Users and groups whom a scoped `!authenticate` spares the password."""


def resolve_defaults(defaults: Iterable[Default], aliases: Aliases) -> Defaults:
    """Apply the lines in their order: a later one wins, `+=` adds to a list and `-=` takes away."""
    found = Defaults()
    for default in defaults:
        if not default.scope:
            before = found.settings.get(default.name)
            found.settings[default.name] = Setting(_value(default, before), default.where).over(before)
            continue
        members = written(aliases.expand(_SCOPES[default.scope], default.members))
        found.scoped.append(Setting(f"Defaults{default.scope}{','.join(members)} {_text(default)}", default.where))
        if default.scope == ":" and default.name == "authenticate":
            found.unasked = found.unasked | set(members) if default.operator == "!" else found.unasked - set(members)
    return found


def seconds(minutes: Setting | None) -> int | None:
    """A timeout, given in minutes or parts of them; `!` is 0, what is negative is -1, what is no number is absent."""
    if minutes is None:
        return None
    if minutes.value == "off":
        return 0
    match = _MINUTES.fullmatch(minutes.value)
    if match is None:
        return None
    if match[1] == "-":
        return -1
    return int(match[2]) * 60 + int((match[3] or "0").ljust(6, "0")) * 60 // 1_000_000


def _value(default: Default, before: Setting | None) -> str:
    if default.operator in ("", "!"):
        return "off" if default.operator else "on"
    words = default.value.split()
    kept = before.value.split() if before and before.value not in ("on", "off") else []
    if default.operator == "+=":
        return " ".join(kept + [word for word in words if word not in kept])
    if default.operator == "-=":
        return " ".join(word for word in kept if word not in words)
    return default.value


def _text(default: Default) -> str:
    if default.operator in ("", "!"):
        return f"{default.operator}{default.name}"
    return f"{default.name}{default.operator}{default.value}"
