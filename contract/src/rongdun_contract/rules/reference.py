"""Pages of docs/reference made from the code: `python -m rongdun_contract.rules.reference DIR` writes them."""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from rongdun_contract.facts import SECTIONS
from rongdun_contract.rules.logic import Outcome, Truth, all_of, any_of, negate
from rongdun_contract.rules.matchers import MATCHERS
from rongdun_contract.rules.types import FactType

_MADE = "<!-- made by `make generate`; change the code instead -->\n"
_OUTCOMES = [Outcome(truth, "error" if truth is Truth.UNKNOWN else None) for truth in Truth]


def pages() -> Mapping[str, str]:
    """The generated pages by file name."""
    return {"facts.md": facts_page(), "logic.md": logic_page(), "matchers.md": matchers_page()}


def matchers_page() -> str:
    """Every matcher: what it takes, which facts it compares, when it holds."""
    return _MATCHERS + "\n".join(_matcher_row(name) for name in MATCHERS) + "\n"


def logic_page() -> str:
    """The truth tables of not, all and any."""
    names = [outcome.truth.value for outcome in _OUTCOMES]
    tables = [_table("not", [""], [[negate(outcome).truth.value] for outcome in _OUTCOMES])]
    for name, combine in (("all", all_of), ("any", any_of)):
        tables.append(_table(name, names, [[combine((a, b)).truth.value for b in _OUTCOMES] for a in _OUTCOMES]))
    return "\n".join((_LOGIC, *tables, _QUANTIFIERS))


def facts_page() -> str:
    """Every path that a rule may name, with its type."""
    return _FACTS + "".join(_section_page(name) for name in sorted(SECTIONS))


_MATCHERS = f"""# Matchers

{_MADE}
For an absent fact a comparison never holds, but for `absent: true` and the word `absent` in the list of `in`, unless it
says `if_absent: pass`.

| matcher | takes | compares | holds when | as a parameter | in `wanted` |
| --- | --- | --- | --- | --- | --- |
"""

_LOGIC = f"""# Logic

{_MADE}
Kleene's three values, and `not_applicable`, which drops out: it counts only when nothing else does. In a rule, `pass`
is true and `fail` is false. A value that could not be told is `unknown`; so a verdict other than `unknown` means that
every possible value of what is unknown would lead to it.
"""

_QUANTIFIERS = """`every` is `all` over the elements that count, `some` is `any`, `none` is `not some`. An element whose
`where` is unknown may or may not count, and only what holds either way is said. An element for which `that` is
`not_applicable` does not count. When no element counts, `empty` is the answer.
"""

_FACTS = f"""# Facts

{_MADE}
What rules may name, section by section. *absent?*: whether the host may have no such thing; *unknown?*: whether it may
be that it could not be told. `[…]` is an element of a list, `["…"]` a value of a mapping.
"""


def _matcher_row(name: str) -> str:
    matcher = MATCHERS[name]
    cells = (
        f"`{name}`",
        matcher.takes,
        ", ".join(sorted(matcher.on)),
        matcher.meaning,
        ", ".join(sorted(matcher.parameters)) or "–",
        f"`{matcher.render(_EXAMPLES[name])}`",
    )
    return f"| {' | '.join(cells)} |"


def _section_page(name: str) -> str:
    spec = SECTIONS[name]
    kind = "volatile" if spec.volatile else "stable"
    rows = "\n".join(_rows(FactType("object", model=spec.model), ""))
    title = f"\n## {name}\n\nSchema {spec.schema}, {kind}. {inspect.getdoc(spec.model)}\n\n"
    return title + "| path | type | absent? | unknown? | |\n| --- | --- | --- | --- | --- |\n" + rows + "\n"


def _rows(fact: FactType, path: str) -> Iterator[str]:
    notes = {} if fact.model is None else field_notes(fact.model)
    for name, below in fact.fields().items():
        here = f"{path}.{name}".removeprefix(".")
        yield _row(here, below, notes.get(name, ""))
        yield from _rows_below(below, here)


def _rows_below(fact: FactType, path: str) -> Iterator[str]:
    if fact.item is None:
        yield from _rows(fact, path)
        return
    here = path + ("[…]" if fact.kind == "list" else '["…"]')
    if fact.kind == "mapping" and fact.item.model is None:
        yield _row(here, fact.item, "")
    yield from _rows_below(fact.item, here)


def _row(path: str, fact: FactType, note: str) -> str:
    absent, unknown = ("yes" if fact.optional else ""), ("" if fact.certain else "yes")
    words = " ".join(fact.words().split()).replace("|", "\\|")
    return f"| `{path}` | {words} | {absent} | {unknown} | {' '.join(note.split())} |"


def field_notes(model: type[BaseModel]) -> dict[str, str]:
    """The texts that stand under the fields of a model."""
    body = ast.parse(inspect.getsource(model)).body[0]
    found: dict[str, str] = {}
    if isinstance(body, ast.ClassDef):
        for field, note in zip(body.body, body.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(note, ast.Expr):
                found[field.target.id] = str(ast.literal_eval(note.value))
    return found


def _table(name: str, columns: list[str], rows: list[list[str]]) -> str:
    head = f"| `{name}` | {' | '.join(columns)} |\n|{' --- |' * (len(columns) + 1)}\n"
    body = "\n".join(
        f"| {outcome.truth.value} | {' | '.join(row)} |" for outcome, row in zip(_OUTCOMES, rows, strict=True)
    )
    return head + body + "\n"


_EXAMPLES: Mapping[str, object] = {
    "is": "no",
    "not": "no",
    "in": ["0", {"absent": True}],
    "at_least": 8,
    "at_most": 90,
    "between": [1, 90],
    "matches": "/(usr/)?s?bin/.+",
    "contains": "nodev",
    "superset": ["nodev", "nosuid"],
    "subset": ["aes256-ctr"],
    "mode_at_most": "0640",
    "version_at_least": "9.2p1",
    "older_than": "90d",
    "absent": True,
}


if __name__ == "__main__":
    for file, text in pages().items():
        (Path(sys.argv[1]) / file).write_text(text, encoding="utf-8")
