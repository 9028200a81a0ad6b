"""Nodes from YAML events: an explicit stack, so that depth and size are refused before they cost anything."""

from dataclasses import dataclass, field

from yaml import events

from rongdun_contract.rules.problems import Report
from rongdun_contract.rules.source.nodes import Entries, Items, Node, Scalar
from rongdun_contract.rules.source.scalars import read_bare, remedy_for

MAX_DEPTH = 32
MAX_NODES = 50_000


class Refusal(Exception):
    """The document cannot be read any further; never leaves this package."""

    def __init__(self, line: int, what: str, remedy: str) -> None:
        super().__init__(what)
        self.line, self.what, self.remedy = line, what, remedy


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    line: int
    mapping: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    key: str | None = None

    def closed(self) -> Node:
        return Entries(self.entries, self.key_lines, self.line) if self.mapping else Items(tuple(self.items), self.line)


class Composer:
    """Takes the events of a stream one by one and keeps the one document that they make."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._open: list[_Open] = []
        self._documents: list[Node] = []
        self._count = 0

    def root(self) -> Node | None:
        """The document; None when the stream held none."""
        if not self._documents:
            self._report.add(0, "", "the file is empty", "write one YAML document")
            return None
        return self._documents[0]

    def take(self, event: events.Event) -> None:
        """Take the next event; raises Refusal where going on makes no sense."""
        if isinstance(event, events.NodeEvent):
            self._take_node(event, _line(event))
        elif isinstance(event, (events.MappingEndEvent, events.SequenceEndEvent)):
            self._place(self._open.pop().closed())
        elif isinstance(event, events.DocumentStartEvent):
            self._start_document(event)

    def _start_document(self, event: events.DocumentStartEvent) -> None:
        line = _line(event)
        if event.version or event.tags:
            raise Refusal(line, "has a YAML directive", "remove the line that begins with %")
        if self._documents:
            raise Refusal(line, "begins a second document", "remove the line `---`: one file, one document")

    def _take_node(self, event: events.NodeEvent, line: int) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise Refusal(line, f"has more than {MAX_NODES} nodes", "split the file")
        self._refuse_references(event, line)
        if isinstance(event, events.ScalarEvent):
            self._take_scalar(event, line)
            return
        if len(self._open) >= MAX_DEPTH:
            raise Refusal(line, f"is nested more than {MAX_DEPTH} levels deep", "flatten it")
        if self._expects_key():
            raise Refusal(
                line, "a mapping's key is not plain text", "write the key as text, in quotes where it has brackets"
            )
        self._open.append(_Open(line, mapping=isinstance(event, events.MappingStartEvent)))

    def _refuse_references(self, event: events.NodeEvent, line: int) -> None:
        if isinstance(event, events.AliasEvent):
            raise Refusal(line, f"uses the alias *{event.anchor}", "write the value out: aliases are not supported")
        if event.anchor is not None:
            raise Refusal(line, f"sets the anchor &{event.anchor}", "remove it: anchors are not supported")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise Refusal(line, f"has the tag {tag}", "remove it: tags are not supported")

    def _take_scalar(self, event: events.ScalarEvent, line: int) -> None:
        bare = event.implicit[0]  # libyaml: true for plain scalars only, tags being refused
        value, trap = read_bare(event.value) if bare else (event.value, None)
        if trap is not None:
            self._report.add_broken(line, self._where(), trap, remedy_for(event.value))
        if self._expects_key():
            self._take_key(event.value, line, is_text=isinstance(value, str))
        else:
            self._place(Scalar(value, line, bare))

    def _take_key(self, key: str, line: int, *, is_text: bool) -> None:
        parent = self._open[-1]
        if not is_text:
            self._report.add_broken(line, self._where(), f"the key `{key}` is not text", f'quote it: "{key}"')
        if key in parent.entries:
            first = parent.key_lines[key]
            self._report.add_broken(
                line, self._where(), f"the key `{key}` is there already (line {first})", "keep one of them"
            )
        parent.key = key
        parent.key_lines[key] = line

    def _place(self, node: Node) -> None:
        if not self._open:
            self._documents.append(node)
            return
        parent = self._open[-1]
        if not parent.mapping:
            parent.items.append(node)
        elif parent.key is not None:
            parent.entries[parent.key] = node
            parent.key = None

    def _expects_key(self) -> bool:
        return bool(self._open) and self._open[-1].mapping and self._open[-1].key is None

    def _where(self) -> str:
        steps = [str(len(level.items)) if not level.mapping else level.key for level in self._open]
        return ".".join(step for step in steps if step is not None)


def _line(event: events.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0
