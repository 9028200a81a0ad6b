"""Quantifiers: `every`, `some`, `none`, with where, that, empty, key, and `new`."""

from dataclasses import replace
from typing import NamedTuple, cast

from rongdun_contract.rules.conditions import Condition, Empty, Quantified, Quantifier
from rongdun_contract.rules.parsing.context import At, Context, Parse
from rongdun_contract.rules.paths import KEY, VALUE, Path, Step
from rongdun_contract.rules.scope import Place, element_scope
from rongdun_contract.rules.source import Entries, Node
from rongdun_contract.rules.types import COLLECTIONS, SCALARS, FactType

QUANTIFIERS: tuple[str, ...] = ("every", "some", "none")
NATURAL_LABELS = ("name", "path", "id", "target")
"""Fields by which people call an element, unless the rule says `key`."""


class _Collection(NamedTuple):
    place: Place
    new_key: tuple[Path, ...] | None = None


def parse_quantified(form: str, entries: Entries, at: At, context: Context, parse: Parse) -> Condition | None:
    """Read one quantifier; None when it is wrong."""
    context.refuse_others(entries, {form, "where", "that", "empty", "key"}, at)
    empty = _parse_empty(form, entries, at, context)
    over = _parse_over(form, entries.entries[form], at.below(form), context)
    if form == "every" and "that" not in entries.entries:
        line = entries.key_lines[form]
        context.report.add(line, at.below(form).field, "`that` is missing", "say what every element has to satisfy")
        return None
    if over is None:
        return None
    scope = element_scope(over.place.type)
    inside = {key: at.inside(key, scope) for key in ("where", "that", "key")}
    inside["where"] = replace(inside["where"], may_not_apply=False)
    read = {
        key: parse(entries.entries[key], inside[key], context) for key in ("where", "that") if key in entries.entries
    }
    label = over.new_key or _natural_label(over.place.type)
    if "key" in entries.entries:
        label = tuple(place.path for place in context.labels(entries.entries["key"], inside["key"]) or ())
    if empty is None or None in read.values():
        return None
    return Quantified(
        cast("Quantifier", form),
        over.place.path,
        empty,
        where=read.get("where"),
        that=read.get("that"),
        label=label,
        new_key=over.new_key,
    )


def _parse_empty(form: str, entries: Entries, at: At, context: Context) -> Empty | None:
    words = ("pass", "fail", "not_applicable") if at.may_not_apply else ("pass", "fail")
    node = entries.entries.get("empty")
    if node is None:
        remedy = f"say what holds when no element counts: empty: {' or '.join(words)}"
        context.report.add(entries.key_lines[form], at.below(form).field, "`empty` is missing", remedy)
        return None
    return cast("Empty | None", context.word(node, at.below("empty"), words))


def _parse_over(form: str, node: Node, at: At, context: Context) -> _Collection | None:
    if isinstance(node, Entries):
        return _parse_new(node, at, context)
    text = context.text(node, at, f"what `{form}` runs over")
    place = None if text is None else _collection(text, node.line, at, context)
    return None if place is None else _Collection(place)


def _parse_new(node: Entries, at: At, context: Context) -> _Collection | None:
    new = node.entries.get("new")
    if not isinstance(new, Entries) or len(node.entries) > 1 or set(new.entries) != {"of", "key"}:
        context.report.add(
            node.line, at.field, "is neither a path nor `new`", "write {new: {of: path, key: [field, …]}}"
        )
        return None
    if at.scope.value is not None:
        context.report.add(
            node.line, at.field, "`new` stands inside another quantifier", "use it at the top, on a list of a section"
        )
        return None
    text = context.text(new.entries["of"], at.below("new.of"), "what `new` looks at")
    place = None if text is None else _collection(text, new.key_lines["of"], at.below("new.of"), context)
    if place is None:
        return None
    keys = context.labels(new.entries["key"], at.below("new").inside("key", element_scope(place.type)))
    return None if keys is None else _Collection(place, tuple(key.path for key in keys))


def _collection(text: str, line: int, at: At, context: Context) -> Place | None:
    place = context.place(text, line, at)
    if place is not None and place.type.kind not in COLLECTIONS:
        what = f"`{text}` is {place.type.words()}"
        context.report.add(line, at.field, what, "quantifiers run over lists and mappings")
        return None
    return place


def _natural_label(collection: FactType) -> tuple[Path, ...]:
    if collection.kind == "mapping":
        return ((Step(KEY),),)
    element = collection.item
    if element is None or element.kind in SCALARS:
        return ((Step(VALUE),),)
    fields = element.fields()
    return next((((Step(name),),) for name in NATURAL_LABELS if name in fields), ())
