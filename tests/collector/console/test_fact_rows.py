"""Facts as rows: every value once, with the nearest source; differences named by what things are called."""

from __future__ import annotations

from rongdun_collector.console.fact_rows import Difference, differences, fact_rows


def rows(facts: dict, sources: dict | None = None) -> list[tuple]:
    """Return path, value, reason and place of each row."""
    return [(row.path, row.value, row.unknown, row.where) for row in fact_rows(facts, sources or {})]


def test_each_value_has_the_nearest_source() -> None:
    sources = {
        "": {"where": "all"},
        "users[1]": {"where": "passwd:2"},
        'parameters["a.b"].at_boot': {"where": "sysctl:9"},
    }
    facts = {"users": [{"uid": 0}, {"uid": 7}], "parameters": {"a.b": {"running": "1", "at_boot": "0"}}}
    assert rows(facts, sources) == [
        ("users[0].uid", "0", None, "all"),
        ("users[1].uid", "7", None, "passwd:2"),
        ('parameters["a.b"].running', "1", None, "all"),
        ('parameters["a.b"].at_boot', "0", None, "sysctl:9"),
    ]


def test_what_could_not_be_told_has_its_reason() -> None:
    assert rows({"x": {"unknown": "no permission"}}) == [("x", "", "no permission", None)]


def test_short_lists_are_one_row_and_long_ones_are_many() -> None:
    assert rows({"names": ["a", "b"], "none": [], "nothing": {}}) == [
        ("names", '["a", "b"]', None, None),
        ("none", "[]", None, None),
        ("nothing", "{}", None, None),
    ]
    assert len(rows({"names": [f"package-{number}" for number in range(30)]})) == 30


def test_permissions_are_octal_and_counts_are_not() -> None:
    assert rows({"mode": 420, "home_mode": 448, "mode_changes": 420, "model": True, "x": {"mode": False}}) == [
        ("mode", "0644", None, None),
        ("home_mode", "0700", None, None),
        ("mode_changes", "420", None, None),
        ("model", "true", None, None),
        ("x.mode", "false", None, None),
    ]


def test_an_element_that_moved_is_no_difference() -> None:
    """One account more must not make all accounts after it look changed."""
    before = {"users": [{"name": "root", "uid": 0}, {"name": "lin", "uid": 1000}], "packages": ["bash", "vim"]}
    after = {
        "users": [{"name": "evil", "uid": 0}, {"name": "root", "uid": 0}, {"name": "lin", "uid": 1001}],
        "packages": ["vim", "bash"],
    }
    assert differences(before, after) == [
        Difference("users[name=evil]", None, '{"name": "evil", "uid": 0}'),
        Difference("users[name=lin].uid", "1000", "1001"),
    ]


def test_equal_names_are_told_apart_by_position() -> None:
    assert differences({"a": ["x", "x"]}, {"a": ["x"]}) == [Difference("a[1]", "x", None)]


def test_what_can_be_told_no_more_is_a_difference() -> None:
    assert differences({"x": {"y": 1}}, {"x": {"unknown": "error"}}) == [
        Difference("x", '{"y": 1}', '{"unknown": "error"}')
    ]
    assert differences({"x": []}, {"x": ["a"]}) == [Difference("x", "[]", '["a"]')]
    assert differences({"x": 1}, {"x": 1}) == []
