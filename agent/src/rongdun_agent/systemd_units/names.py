"""Unit names as systemd takes them apart: `prefix.type`, `prefix@instance.type`, and templates, `prefix@.type`."""

import re
from typing import NamedTuple

TYPES = frozenset(
    ("automount", "device", "mount", "path", "scope", "service", "slice", "socket", "swap", "target", "timer")
)
MAY_ALIAS = frozenset(("device", "path", "service", "socket", "target", "timer"))
MAY_TEMPLATE = MAY_ALIAS - {"device"}
_LONGEST = 255
_NAME = re.compile(r"([A-Za-z0-9:_.\\-]+)(@[A-Za-z0-9:_.\\@-]*)?\.([a-z]+)")


class UnitName(NamedTuple):
    """`instance` is absent in a plain name and empty in a template."""

    prefix: str
    instance: str | None
    type: str

    @property
    def template(self) -> str | None:
        """The template that an instance is made from, which for a template is itself."""
        return None if self.instance is None else f"{self.prefix}@.{self.type}"

    @property
    def is_instance(self) -> bool:
        """Whether it is made from a template."""
        return bool(self.instance)


def parse_name(text: str) -> UnitName | None:
    """Take a unit's name apart; `None` for what is no unit name."""
    match = _NAME.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or match[3] not in TYPES:
        return None
    return UnitName(match[1], None if match[2] is None else match[2][1:], match[3])


def alias_refused(link: str, target: str) -> bool:
    """Whether systemd refuses to take a symlink between two names as an alias."""
    source, aimed = parse_name(link), parse_name(target)
    if source is None or aimed is None or aimed.type != source.type:
        return True
    if source.type not in MAY_ALIAS or (source.instance is not None and source.type not in MAY_TEMPLATE):
        return True
    if aimed.is_instance:
        return aimed.instance != source.instance
    if source.is_instance:
        return aimed.instance is None
    return (source.instance is None) != (aimed.instance is None)


def drop_in_names(name: UnitName) -> list[str]:
    """Directories whose files change this unit, the most specific first: `a-b@c`, `a-b@`, `a-@c`, `a-@`."""
    found: list[str] = []
    prefix: str | None = name.prefix
    while prefix:
        if name.instance is not None:
            found += [f"{prefix}@{name.instance}.{name.type}.d", f"{prefix}@.{name.type}.d"]
        else:
            found.append(f"{prefix}.{name.type}.d")
        prefix = _shorter(prefix)
    return list(dict.fromkeys(found))


def _shorter(prefix: str) -> str | None:
    """`a-b-c` to `a-b-`, `a-b-` to `a-`; nothing in front of a leading dash counts."""
    head, dash, tail = prefix.rpartition("-")
    if dash and not tail:
        head, dash, tail = head.rpartition("-")
    return head + dash if head else None
