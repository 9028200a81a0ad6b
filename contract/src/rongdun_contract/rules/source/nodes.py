"""A YAML document as plain values that remember their lines."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text, a number or a truth value; `bare` means that it was written without quotes."""

    value: str | int | float | bool
    line: int
    bare: bool


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: "tuple[Node, ...]"
    line: int


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping; `key_lines` has the line of each key."""

    entries: "dict[str, Node]"
    key_lines: dict[str, int]
    line: int


Node = Scalar | Items | Entries


def plain(node: Node) -> Any:  # noqa: ANN401 - it is what the document says
    """The value of a node and all below it, without lines."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return {key: plain(value) for key, value in node.entries.items()}


def line_of(node: Node, path: tuple[str | int, ...]) -> int:
    """The line of what lies at a path, or of the nearest thing above it that exists."""
    line = node.line
    for step in path:
        if isinstance(node, Entries) and isinstance(step, str) and step in node.entries:
            line, node = node.key_lines[step], node.entries[step]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            line = node.line
        else:
            break
    return line
