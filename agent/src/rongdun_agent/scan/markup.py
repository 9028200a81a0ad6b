"""Trees of HTML and XML: text is only ever text, whatever a host calls its files and accounts."""

import re
from collections.abc import Iterable
from typing import TypeAlias
from xml.etree.ElementTree import Element

Child: TypeAlias = "Element | str | Iterable[Child] | None"
"""What may stand in an element; `None` is nothing."""

_UNSEEN = re.compile(r"[^\n\u3000]")
"""What may be a character that cannot be seen: all but a line's end and the wide blank of Chinese text."""


def node(tag: str, *children: Child, **attributes: str | None) -> Element:
    """An element; `class_` is `class`, `xml_lang` is `xml:lang`, `end_time` is `end-time`; `None` leaves one out."""
    made = Element(tag)
    for name, value in attributes.items():
        if value is not None:
            made.set(_attribute(name), visible(value))
    _fill(made, children)
    return made


def visible(text: str) -> str:
    r"""The text with all that XML forbids, or that would hide or turn around other characters, written `\xNN`."""
    return text if text.isprintable() else _UNSEEN.sub(_escaped, text)


def _escaped(found: "re.Match[str]") -> str:
    char = found[0]
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def _attribute(name: str) -> str:
    if name.startswith("xml_"):
        return name.replace("_", ":", 1)
    return name.rstrip("_").replace("_", "-")


def _fill(parent: Element, children: Iterable[Child]) -> None:
    for child in children:
        if isinstance(child, Element):
            parent.append(child)
        elif isinstance(child, str):
            _add_text(parent, visible(child))
        elif child is not None:
            _fill(parent, child)


def _add_text(parent: Element, text: str) -> None:
    """Text stands before the first child, or behind the last one."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
