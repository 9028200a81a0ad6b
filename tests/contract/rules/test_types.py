from __future__ import annotations

import pytest

from rongdun_contract.facts import SECTIONS
from rongdun_contract.facts.model import Maybe
from rongdun_contract.rules.paths import BadPath
from rongdun_contract.rules.scope import element_scope, host_scope
from rongdun_contract.rules.types import FactType, fact_type
from tests.contract.rules import toy


def walk(fact: FactType) -> int:
    below = [fact.item] if fact.item is not None else list(fact.fields().values())
    return 1 + sum(walk(one) for one in below)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_has_types_that_rules_understand(name: str) -> None:
    """A model with a type that the language does not know would break every pack, at its first load."""
    assert walk(FactType("object", model=SECTIONS[name].model)) > 1


@pytest.mark.parametrize(
    ("text", "kind", "may_be_absent"),
    [
        ("shop.open", "boolean", False),
        ("shop.count", "integer", True),
        ("shop.ratio", "number", False),
        ("shop.items", "list", True),
        ("shop.shelf", "mapping", True),
        ('shop.shelf["k"]', "object", True),
        ('shop.shelf["k"].name', "text", True),
        ('shop.shelf["k"].parts', "list", True),
        ("@level", "integer", False),
    ],
)
def test_a_path_leads_to_a_type_and_maybe_to_nothing(text: str, kind: str, may_be_absent: bool) -> None:
    place = host_scope(toy.SECTIONS).place(text)
    assert (place.type.kind, place.type.may_be_absent) == (kind, may_be_absent)


@pytest.mark.parametrize(
    ("collection", "text", "kind"),
    [
        ("shop.items", "name", "text"),
        ("shop.items", "@value", "object"),
        ("shop.shelf", "@key", "text"),
        ("shop.shelf", "size", "integer"),
        ("shop.words", "@value", "text"),
        ("shop.numbers", "@value", "integer"),
    ],
)
def test_an_element_has_its_fields_its_value_and_in_a_mapping_its_key(collection: str, text: str, kind: str) -> None:
    inside = element_scope(host_scope(toy.SECTIONS).place(collection).type)
    assert inside.place(text).type.kind == kind


@pytest.mark.parametrize(
    ("collection", "text", "remedy"),
    [
        ("shop.items", "@key", "@value"),
        ("shop.words", "name", 'begin with "@value"'),
        ("shop.shelf", "shop.open", "paths in a quantifier start at the element"),
        ("shop.items", "@level", "@value"),
    ],
)
def test_what_an_element_has_not_is_refused(collection: str, text: str, remedy: str) -> None:
    inside = element_scope(host_scope(toy.SECTIONS).place(collection).type)
    with pytest.raises(BadPath) as caught:
        inside.place(text)
    assert remedy in caught.value.remedy


def test_what_may_be_unknown_is_known_to_the_type() -> None:
    assert not fact_type(Maybe[int]).certain
    assert fact_type(int | None).certain
    assert fact_type(Maybe[int | None]).optional


def test_a_fact_of_two_types_is_refused() -> None:
    with pytest.raises(TypeError, match="a fact has one type"):
        fact_type(int | str)
    with pytest.raises(TypeError, match="cannot be of type"):
        fact_type(bytes)
