"""Toy sections, packs written into a folder, and strategies for facts and conditions over those sections."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from hypothesis import strategies as st
from pydantic import Field

from rongdun_contract.documents import Section, section_of
from rongdun_contract.facts import SectionSpec
from rongdun_contract.facts.model import FactModel, Maybe
from rongdun_contract.rules.conditions import All, AnyOf, Compare, Condition, Not, Quantified, encode
from rongdun_contract.rules.paths import Path as FactPath
from rongdun_contract.rules.paths import Step, parse_path
from rongdun_contract.rules.rule import Rule

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REASONS = ("no permission", "not a live host", "undecided")


class Item(FactModel):
    """Something in the shop."""

    name: str
    size: Maybe[int | None] = None
    colour: Maybe[Literal["red", "green"] | None] = None
    parts: Maybe[tuple[str, ...]] = ()
    bought: Maybe[str | None] = None


class Shop(FactModel):
    """A section with facts of every kind."""

    open: bool = True
    count: Maybe[int | None] = None
    since: Maybe[str | None] = None
    version: str | None = None
    mode: int = 0
    ratio: float = 0.0
    items: Maybe[tuple[Item, ...]] = ()
    shelf: dict[str, Maybe[Item]] = Field(default_factory=dict)
    words: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()


class Street(FactModel):
    """A section that changes by itself."""

    cars: int = 0


SECTIONS: Mapping[str, SectionSpec] = {
    "shop": SectionSpec(lambda: Shop),
    "street": SectionSpec(lambda: Street, volatile=True),
}

HEAD = """\
title: {zh: 测试, en: Test}
severity: high
status: stable
why: {zh: 测试, en: Test}
fix: {zh: 测试, en: Test}
"""
PACK = """\
id: toys
version: "1.0.0"
kind: baseline
title: {zh: 测试, en: Test}
needs: {shop: 1}
"""


def write_rule(folder: Path, body: str, rule: str = "shop-open", head: str = HEAD) -> Path:
    """Write a pack with one rule; the body is what comes after the texts. Line 7 is its first."""
    (folder / "group").mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(PACK, "utf-8")
    path = folder / "group" / f"{rule}.yaml"
    path.write_text(f"id: {rule}\n{head}{textwrap.dedent(body).lstrip()}", "utf-8")
    return path


def survey(facts: Mapping[str, Any], sources: Mapping[str, Any] | None = None) -> dict[str, Section]:
    return {"shop": section_of(1, facts, sources or {})}


def rule_of(expect: Condition, applies: Condition | None = None, **more: Any) -> Rule:
    """A rule made without YAML."""
    text = {"zh": "测试", "en": "Test"}
    return Rule(
        **{
            "id": "shop-open",
            "title": text,
            "severity": "high",
            "status": "stable",
            "why": text,
            "fix": text,
            "expect": encode(expect),
            "applies": None if applies is None else encode(applies),
            "needs": {"shop": 1},
            "digest": "",
            **more,
        }
    )


def path(text: str) -> FactPath:
    return parse_path(text)


def unknowns() -> st.SearchStrategy[dict[str, str]]:
    return st.sampled_from(REASONS).map(lambda reason: {"unknown": reason})


def _maybe(known: st.SearchStrategy[Any], *, told: bool, absent: bool = True) -> st.SearchStrategy[Any]:
    options = [known]
    if absent:
        options.append(st.none())
    if not told:
        options += [unknowns(), unknowns()]
    return st.one_of(options)


def _present(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def items(*, told: bool) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "name": st.sampled_from("abc"),
            "size": _maybe(st.integers(0, 3), told=told),
            "colour": _maybe(st.sampled_from(["red", "green"]), told=told),
            "parts": _maybe(st.lists(st.sampled_from("xyz"), max_size=2), told=told, absent=False),
            "bought": _maybe(moments(), told=told),
        }
    ).map(_present)


def moments() -> st.SearchStrategy[str]:
    return st.integers(-5, 5).map(lambda days: f"{NOW + timedelta(days=days):%Y-%m-%d}")


def crowds() -> st.SearchStrategy[dict[str, Any]]:
    """Facts of a shop whose items are there, with more holes than values."""
    item = items(told=False)
    return st.fixed_dictionaries(
        {
            "items": st.lists(item, min_size=1, max_size=2),
            "shelf": st.dictionaries(st.sampled_from("kl"), st.one_of(item, unknowns()), min_size=1, max_size=2),
        }
    )


def facts(*, told: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Facts of the shop; `told` leaves unknown ones out."""
    item = items(told=told)
    return st.fixed_dictionaries(
        {
            "open": st.booleans(),
            "count": _maybe(st.integers(0, 3), told=told),
            "since": _maybe(moments(), told=told),
            "items": _maybe(st.lists(item, max_size=3), told=told, absent=False),
            "shelf": st.dictionaries(st.sampled_from("kl"), item if told else st.one_of(item, unknowns()), max_size=2),
        }
    ).map(_present)


def told_from(data: Callable[[st.SearchStrategy[Any]], Any], untold: Any, known: st.SearchStrategy[Any]) -> Any:
    """Facts in which everything unknown was replaced by something known, drawn from `known` for the same place."""
    if isinstance(untold, dict) and set(untold) == {"unknown"}:
        return data(known)
    return untold


def settle(data: Callable[[st.SearchStrategy[Any]], Any], shop: Mapping[str, Any]) -> dict[str, Any]:
    """One of the hosts that the facts may really be about."""
    settled = {name: told_from(data, value, _known(name)) for name, value in shop.items()}
    settled["items"] = [_settled_item(data, item) for item in settled.get("items") or []]
    settled["shelf"] = {
        key: _settled_item(data, told_from(data, item, items(told=True))) for key, item in settled["shelf"].items()
    }
    return _present(settled)


def _settled_item(data: Callable[[st.SearchStrategy[Any]], Any], item: Mapping[str, Any]) -> dict[str, Any]:
    return _present({name: told_from(data, value, _known(name)) for name, value in item.items()})


def _known(name: str) -> st.SearchStrategy[Any]:
    known: dict[str, st.SearchStrategy[Any]] = {
        "count": st.one_of(st.none(), st.integers(0, 3)),
        "size": st.one_of(st.none(), st.integers(0, 3)),
        "colour": st.one_of(st.none(), st.sampled_from(["red", "green"])),
        "since": st.one_of(st.none(), moments()),
        "bought": st.one_of(st.none(), moments()),
        "parts": st.lists(st.sampled_from("xyz"), max_size=2),
        "items": st.lists(items(told=True), max_size=3),
    }
    return known.get(name, st.nothing())


_IF_ABSENT = st.sampled_from([None, "pass", "fail"])


def _compares(scope: str) -> st.SearchStrategy[Condition]:
    number, moment = ("shop.count", "shop.since") if scope == "top" else ("size", "bought")
    order = st.sampled_from(["at_least", "at_most", "is", "not"])
    ages = st.sampled_from(["1d", "3d"])
    options = [
        st.builds(Compare, st.just(path(number)), order, st.integers(0, 3), _IF_ABSENT),
        st.builds(Compare, st.just(path(number)), st.just("absent"), st.booleans()),
        st.builds(Compare, st.just(path(number)), st.just("in"), st.just([0, 1, {"absent": True}])),
        st.builds(Compare, st.just(path(moment)), st.just("older_than"), ages, _IF_ABSENT),
    ]
    if scope == "top":
        return st.one_of(*options, st.builds(Compare, st.just(path("shop.open")), st.just("is"), st.booleans()))
    return st.one_of(
        *options,
        st.builds(Compare, st.just(path("colour")), st.just("in"), st.just(["red"]), _IF_ABSENT),
        st.builds(Compare, st.just(path("parts")), st.just("contains"), st.sampled_from("xy"), _IF_ABSENT),
    )


def conditions(scope: str = "top", *, may_not_apply: bool = True, depth: int = 3) -> st.SearchStrategy[Condition]:
    """Conditions of every form over the shop (`top`) or over an item (`item`)."""
    if depth == 0:
        return _compares(scope)
    below = conditions(scope, may_not_apply=may_not_apply, depth=depth - 1)
    parts = st.lists(below, min_size=1, max_size=3).map(tuple)
    options: list[st.SearchStrategy[Condition]] = [
        _compares(scope),
        st.builds(All, parts),
        st.builds(AnyOf, parts),
        st.builds(Not, below, _IF_ABSENT),
    ]
    if scope == "top":
        options.append(quantified(may_not_apply=may_not_apply, depth=depth))
    return st.one_of(options)


def quantified(*, may_not_apply: bool = True, depth: int = 1) -> st.SearchStrategy[Condition]:
    """Quantifiers over the items and the shelf of the shop."""
    empty = st.sampled_from(["pass", "fail", *(["not_applicable"] if may_not_apply else [])])
    where = st.one_of(st.none(), conditions("item", may_not_apply=False, depth=depth - 1))
    that = conditions("item", may_not_apply=may_not_apply, depth=depth - 1)
    over = st.sampled_from([path("shop.items"), path("shop.shelf")])
    return st.one_of(
        st.builds(Quantified, st.just("every"), over, empty, where, that, st.just(((Step("name"),),))),
        st.builds(Quantified, st.sampled_from(["some", "none"]), over, empty, where, st.one_of(st.none(), that)),
    )
