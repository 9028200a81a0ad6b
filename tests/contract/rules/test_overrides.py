from __future__ import annotations

from typing import Any

import pytest

from rongdun_contract.rules import Pack, PackError
from rongdun_contract.rules.conditions import Compare
from rongdun_contract.rules.overrides import accept_params, check_params, read_overrides
from tests.contract.rules.toy import path, rule_of

DECLARED: dict[str, dict[str, Any]] = {
    "most": {"type": "integer", "default": 90, "by_level": {"4": 60}, "tighten": "lower", "bound": 30},
    "least": {"type": "integer", "default": 8, "tighten": "higher", "bound": 64},
    "ratio": {"type": "number", "default": 0.5, "tighten": "lower"},
    "ciphers": {"type": "strings", "default": ["a", "b"], "tighten": "subset"},
    "watched": {"type": "strings", "default": ["a"], "tighten": "superset"},
    "ports": {"type": "integers", "default": [22, 443], "tighten": "subset"},
    "age": {"type": "duration", "default": "30d", "tighten": "lower", "bound": "1d"},
    "mode": {"type": "mode", "default": "0640", "tighten": "lower"},
    "version": {"type": "version", "default": "9.2", "tighten": "higher"},
    "word": {"type": "string", "default": "no", "tighten": "fixed"},
    "on": {"type": "boolean", "default": True, "tighten": "fixed"},
}
RULE = rule_of(Compare(path("shop.open"), "is", argument=True), params=DECLARED)
PACKS = [Pack("toys", "1.0.0", "baseline", RULE.title, {"shop": 1}, (RULE,))]


@pytest.mark.parametrize(
    ("name", "value", "tighter"),
    [
        ("most", 60, True),
        ("most", 45, True),
        ("most", 30, True),
        ("most", 29, False),
        ("most", 61, False),  # looser than what level 4 demands
        ("most", 90, False),
        ("least", 8, True),
        ("least", 64, True),
        ("least", 7, False),
        ("least", 65, False),
        ("ratio", 0.25, True),
        ("ratio", 1, False),
        ("ciphers", ["b"], True),
        ("ciphers", ["a", "c"], False),
        ("watched", ["a", "z"], True),
        ("watched", ["z"], False),
        ("ports", [443], True),
        ("ports", [80], False),
        ("age", "2w", True),
        ("age", "36h", True),
        ("age", "5w", False),
        ("age", "1h", False),
        ("mode", "0600", True),
        ("mode", "0604", False),
        ("version", "9.10", True),
        ("version", "9.1", False),
        ("word", "no", True),
        ("word", "yes", False),
        ("on", True, True),
        ("on", False, False),
    ],
)
def test_an_organisation_may_tighten_as_far_as_the_bound(name: str, value: Any, tighter: bool) -> None:
    overrides = {"shop-open": {name: value}}
    assert accept_params(PACKS, overrides) == overrides, "a what-if may use any value of the type"
    if tighter:
        assert check_params(PACKS, overrides) == overrides
        return
    with pytest.raises(PackError) as caught:
        check_params(PACKS, overrides)
    said = str(caught.value)
    assert said.startswith(f"shop-open.{name}: {value!r} is not allowed: the default is {DECLARED[name]['default']!r}")
    assert said.endswith("anything else needs a waiver")


def test_a_refusal_names_rule_value_default_and_bound() -> None:
    with pytest.raises(PackError) as caught:
        check_params(PACKS, {"shop-open": {"most": 120}})
    assert str(caught.value) == (
        "shop-open.most: 120 is not allowed: the default is 90, 60 at level 4, it may go lower as far as 30; "
        "anything else needs a waiver"
    )


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"shop-opn": {"most": 1}}, "shop-opn.most: there is no rule `shop-opn`: did you mean `shop-open`?"),
        ({"shop-open": {"mots": 1}}, "shop-open.mots: the rule has no parameter `mots`: did you mean `most`?"),
        ({"shop-open": {"most": "60"}}, "shop-open.most: '60' is not of type integer"),
        ({"shop-open": {"most": True}}, "shop-open.most: True is not of type integer"),
        ({"shop-open": {"ciphers": "a"}}, "shop-open.ciphers: 'a' is not of type strings"),
        ({"shop-open": {"ciphers": []}}, "shop-open.ciphers: [] is not of type strings"),
        ({"shop-open": {"mode": 640}}, "shop-open.mode: 640 is not of type mode"),
        ({"shop-open": {"age": "90"}}, "shop-open.age: '90' is not of type duration"),
    ],
)
def test_no_check_takes_what_makes_no_sense(overrides: dict[str, dict[str, Any]], said: str) -> None:
    for check in (check_params, accept_params):
        with pytest.raises(PackError) as caught:
            check(PACKS, overrides)
        assert str(caught.value).startswith(said)


def test_all_refusals_come_at_once() -> None:
    with pytest.raises(PackError) as caught:
        check_params(PACKS, {"shop-open": {"most": 120, "word": "yes"}, "other": {"x": 1}})
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("shop-open.most=45", 45),
        ("shop-open.most=-45", -45),
        ("shop-open.ratio=0.25", 0.25),
        ("shop-open.ratio=1", 1),
        ("shop-open.on=false", False),
        ("shop-open.ciphers=a,b", ["a", "b"]),
        ("shop-open.ports=22,443", [22, 443]),
        ("shop-open.age=2w", "2w"),
        ("shop-open.mode=0600", "0600"),
        ("shop-open.version=9.10", "9.10"),
        ("shop-open.word=a=b", "a=b"),
    ],
)
def test_the_command_line_gives_values_of_the_declared_type(text: str, value: Any) -> None:
    (found,) = read_overrides(PACKS, [text])["shop-open"].values()
    assert (found, type(found)) == (value, type(value))


def test_what_the_command_line_cannot_mean_is_left_to_the_check() -> None:
    with pytest.raises(PackError, match="'many' is not of type integer"):
        accept_params(PACKS, read_overrides(PACKS, ["shop-open.most=many"]))
    with pytest.raises(PackError, match=r"write RULE\.NAME=VALUE"):
        read_overrides(PACKS, ["most"])
    with pytest.raises(PackError, match=r"write RULE\.NAME=VALUE"):
        read_overrides(PACKS, ["most=3"])
