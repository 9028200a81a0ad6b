"""From a file to a scheme: every mistake with its line, and nothing that cannot be scored is passed over."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from rongdun_collector.drill.scoring.scheme import Scheme, SchemeDocument
from rongdun_contract.rules.problems import PackError, Report
from rongdun_contract.rules.source import Entries, Node, Scalar, parse_yaml, read_bytes, validated

_LATER: Final = {
    (): frozenset({"categories", "total_cap", "items", "multipliers", "penalties", "defence"}),
    ("scheme",): frozenset({"cap_mode", "order"}),
}
"""Keys that score what people submit, by where they stand; refused, for to skip one is to count it as nothing."""
_LATER_KINDS: Final = frozenset({"linear", "half_life"})
_TABLES: Final = (("auto_signals", "detect"), ("auto_signals", "dispose"))


def load_scheme(path: Path) -> Scheme:
    """Read a scheme; raises PackError with everything that is wrong with the file."""
    report = Report(str(path))
    data = read_bytes(path, report)
    if data is None:
        raise PackError(report.problems)
    return parse_scheme(data, str(path))


def parse_scheme(data: bytes, shown: str = "the scheme") -> Scheme:
    """A scheme from the bytes of its file, `shown` being what errors call it; raises PackError."""
    report = Report(shown)
    node = parse_yaml(data, report)
    document = None if node is None else validated(SchemeDocument, _refused(node, report), report)
    if document is None or report.problems:
        raise PackError(report.problems)
    head = document.scheme
    digest = sha256(data).hexdigest()
    return Scheme(head.id, head.version, head.title, head.rounding, document.auto_signals, digest)


def _refused(node: Node, report: Report) -> Node:
    """The document without what this version knows of but cannot score; each such thing is in the report."""
    for path, keys in _LATER.items():
        node = _without(node, path, keys, report)
    for path in _TABLES:
        _refuse_kind(node, path, report)
    return node


def _without(node: Node, path: tuple[str, ...], keys: frozenset[str], report: Report, under: str = "") -> Node:
    if not isinstance(node, Entries):
        return node
    entries = dict(node.entries)
    if path and path[0] in entries:
        entries[path[0]] = _without(entries[path[0]], path[1:], keys, report, f"{under}{path[0]}.")
    for key in () if path else sorted(keys & entries.keys()):
        del entries[key]
        what = "is not supported yet: this version scores auto_signals alone"
        report.add(node.key_lines[key], f"{under}{key}", what, "remove it from this scheme")
    return Entries(entries, node.key_lines, node.line)


def _refuse_kind(node: Node, path: tuple[str, ...], report: Report) -> None:
    for step in (*path, "kind"):
        if not isinstance(node, Entries) or step not in node.entries:
            return
        node = node.entries[step]
    if isinstance(node, Scalar) and node.value in _LATER_KINDS:
        where = ".".join((*path, "kind"))
        report.add_broken(node.line, where, f"`{node.value}` is not supported yet", "write a table of kind step")
