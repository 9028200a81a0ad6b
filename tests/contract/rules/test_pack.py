"""Everything that may be wrong with a pack is said with file, line, field and remedy."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from rongdun_contract.rules import PackError, load_pack
from tests.contract.rules.toy import HEAD, PACK, SECTIONS, write_rule

SAFE = "expect: {shop.open: {is: true}}\n"


def complaints(folder: Path) -> list[str]:
    with pytest.raises(PackError) as caught:
        load_pack(folder, SECTIONS)
    return str(caught.value).splitlines()


def test_a_good_pack_loads(tmp_path: Path) -> None:
    write_rule(tmp_path, SAFE)
    pack = load_pack(tmp_path, SECTIONS)
    (rule,) = pack.rules
    assert (pack.id, pack.version, pack.kind, pack.needs) == ("toys", "1.0.0", "baseline", {"shop": 1})
    assert (rule.id, rule.title["zh"], rule.severity, rule.sections) == ("shop-open", "测试", "high", {"shop"})
    assert pack.by_id["shop-open"] is rule
    assert pack.stable == (rule,)


def bad(name: str, body: str, line: int, *parts: str) -> object:
    return pytest.param(body, line, parts, id=name)


@pytest.mark.parametrize(
    ("body", "line", "parts"),
    [
        bad(
            "misspelt section",
            "expect: {shpo.open: {is: true}}",
            7,
            "expect.shpo.open: there is no section `shpo`: did you mean `shop`?",
        ),
        bad("misspelt field", "expect: {shop.opn: {is: true}}", 7, "`shop` has no field `opn`: did you mean `open`?"),
        bad(
            "misspelt field of an element",
            "expect:\n  every: shop.items\n  empty: pass\n  that: {colur: {is: red}}\n",
            10,
            "expect.that.colur: there is no field of the element `colur`: did you mean `colour`?",
        ),
        bad("field of a mapping without brackets", "expect: {shop.shelf.k.size: {is: 1}}", 7, 'shop.shelf["k"]'),
        bad("index into a list", "expect: {'shop.items[0].size': {is: 1}}", 7, "use every, some or none"),
        bad("key in an object", "expect: {'shop[\"open\"]': {is: true}}", 7, "no mapping", ".open"),
        bad("path into a plain value", "expect: {shop.open.x: {is: true}}", 7, "boolean and has no fields"),
        bad("dashes in a path", "expect: {shop.o-pen: {is: true}}", 7, "is no path, from `-pen` on"),
        bad("unknown key", SAFE + "severty: high\n", 8, "severty: unknown key `severty`: did you mean `severity`?"),
        bad("unknown matcher", "expect: {shop.open: {iz: true}}", 7, "unknown matcher `iz`: did you mean `is`?"),
        bad(
            "matcher for another type", "expect: {shop.open: {at_least: 1}}", 7, "cannot compare a fact that is boolean"
        ),
        bad("no matcher", "expect: {shop.open: true}", 7, "is not compared with anything: write {is: …}"),
        bad("bare absent for a comparison", "expect: {shop.count: absent}", 7, "write {absent: true}"),
        bad("repeated key", SAFE + "status: stable\n", 8, "the key `status` is there already (line 4)"),
        bad("repeated path", "expect:\n  shop.open: {is: true}\n  shop.open: {is: false}\n", 9, "is there already"),
        bad(
            "bare no", "expect:\n  every: shop.items\n  empty: pass\n  that: {name: {in: [no]}}\n", 10, 'quote it: "no"'
        ),
        bad("bare on", "expect: {shop.open: {is: on}}", 7, "a bare `on` as true or false", 'quote it: "on"'),
        bad("bare Yes", "expect: {shop.open: {is: Yes}}", 7, "a bare `Yes`"),
        bad("true in capitals", "expect: {shop.open: {is: TRUE}}", 7, "write true, or quote the word"),
        bad("bare null", "expect: {shop.count: {is: null}}", 7, "absent: true"),
        bad("tilde", "expect: {shop.count: {is: ~}}", 7, "as nothing"),
        bad("no value", "expect:\n", 7, "there is no value"),
        bad("unquoted date", "expect: {shop.since: {is: 2026-01-01}}", 7, "unquoted date", 'quote it: "2026-01-01"'),
        bad("octal number", "expect: {shop.mode: {mode_at_most: 0640}}", 7, "octal", 'quote it: "0640"'),
        bad("hexadecimal number", "expect: {shop.mode: {is: 0x1f}}", 7, "another base"),
        bad("number in base 60", "expect: {shop.version: {is: 12:30}}", 7, "base 60"),
        bad("number with underscores", "expect: {shop.count: {is: 1_000}}", 7, "no plainly written number"),
        bad("number with exponent", "expect: {shop.ratio: {is: 1e3}}", 7, "no plainly written number"),
        bad("infinity", "expect: {shop.ratio: {is: .inf}}", 7, "is no number"),
        bad("anchor", "expect: &x {shop.open: {is: true}}", 7, "sets the anchor &x: remove it"),
        bad("alias", "expect: *x\n", 7, "uses the alias *x"),
        bad("merge key", "expect: {<<: {a: b}}", 7, "merge keys are not supported"),
        bad("tag", "expect: !!python/object:os.system {shop.open: {is: true}}", 7, "has the tag"),
        bad("harmless tag", "expect: {shop.version: {is: !!str 1}}", 7, "has the tag"),
        bad("second document", SAFE + "---\na: b\n", 8, "begins a second document"),
        bad("broken YAML", "expect: {shop.open: {is: true}\n", 8, "broken YAML"),
        bad("tabulator", "expect:\n\tshop.open: {is: true}\n", 8, "broken YAML"),
        bad("key that is no text", "expect:\n  ? [a]\n  : b\n", 8, "a mapping's key is not plain text"),
        bad("key that is a number", "expect: {3: {is: true}}", 7, 'quote it: "3"'),
        bad(
            "missing empty",
            "expect:\n  every: shop.items\n  that: {size: {at_least: 1}}\n",
            8,
            "expect.every: `empty` is missing: say what holds when no element counts",
        ),
        bad("odd empty", "expect:\n  some: shop.items\n  empty: maybe\n", 9, "pass or fail or not_applicable"),
        bad("missing that", "expect:\n  every: shop.items\n  empty: pass\n", 8, "`that` is missing"),
        bad("quantifier over a value", "expect:\n  some: shop.open\n  empty: pass\n", 8, "`shop.open` is boolean"),
        bad(
            "two forms in one",
            "expect:\n  all: [{shop.open: {is: true}}]\n  not: {shop.open: {is: true}}\n",
            8,
            "use `all`",
        ),
        bad(
            "a path beside a form",
            "expect:\n  shop.open: {is: true}\n  any: [{shop.open: {is: true}}]\n",
            8,
            "use `all`",
        ),
        bad("empty all", "expect: {all: []}", 7, "is no list of conditions"),
        bad("empty condition", "expect: {}", 7, "a condition is a mapping"),
        bad("catastrophic pattern", "expect: {shop.version: {matches: '(a+)+b'}}", 7, "takes too long", "`aaaaaaaa`"),
        bad("ambiguous branches", "expect: {shop.version: {matches: '(a|aa)*'}}", 7, "takes too long"),
        bad("look-around", "expect: {shop.version: {matches: '(?=a)b'}}", 7, "not supported"),
        bad("back-reference", "expect: {shop.version: {matches: '(a)\\1'}}", 7, "no back-references"),
        bad(
            "not over what may be absent",
            "expect: {shop.count: {not: 1}}",
            7,
            "may be absent",
            "if_absent: pass or fail",
        ),
        bad(
            "negation over what may be absent", "expect: {not: {shop.count: {is: 1}}}", 7, "`shop.count` may be absent"
        ),
        bad(
            "if_absent for what is never absent", "expect: {shop.open: {not: true, if_absent: pass}}", 7, "never absent"
        ),
        bad(
            "superfluous if_absent beside not",
            "expect: {not: {shop.open: {is: true}}, if_absent: pass}",
            7,
            "leave if_absent out",
        ),
        bad(
            "if_absent beside absent",
            "expect: {shop.count: {absent: true, if_absent: pass}}",
            7,
            "answers for an absent fact",
        ),
        bad("absent for what is never absent", "expect: {shop.open: {absent: true}}", 7, "the fact is never absent"),
        bad("absent in a list for what is never absent", "expect: {shop.mode: {in: [0, absent]}}", 7, "never absent"),
        bad("number for text", "expect: {shop.version: {is: 9.2}}", 7, 'compared with text: quote it: "9.2"'),
        bad("text for number", 'expect: {shop.count: {is: "1"}}', 7, "compared with integer"),
        bad("truth for number", "expect: {shop.count: {is: true}}", 7, "compared with integer"),
        bad("decimal for integer", "expect: {shop.count: {at_least: 1.5}}", 7, "compared with integer"),
        bad(
            "word that never comes",
            "expect: {some: shop.items, empty: fail, that: {colour: {is: rot}}}",
            7,
            'never "rot"',
        ),
        bad("value twice", "expect: {shop.count: {in: [1, 1]}}", 7, "in the list twice"),
        bad("bounds upside down", "expect: {shop.count: {between: [3, 1]}}", 7, "3 is above 1: write [1, 3]"),
        bad("three bounds", "expect: {shop.count: {between: [1, 2, 3]}}", 7, "no pair of bounds"),
        bad("parameter in a list", "expect: {shop.count: {between: [1, {param: x}]}}", 7, "at_least and at_most"),
        bad("odd mode", 'expect: {shop.mode: {mode_at_most: "rw"}}', 7, "three or four octal digits"),
        bad("odd duration", 'expect: {shop.since: {older_than: "90 days"}}', 7, "90d"),
        bad("odd version", "expect: {shop.version: {version_at_least: newest}}", 7, "is no version"),
        bad("unknown parameter", "expect: {shop.count: {at_most: {param: x}}}", 7, "declare it under `params`"),
        bad("old facts and no age", "expect: {street.cars: {is: 0}}", 1, "max_age_s: `street` changes by itself"),
        bad(
            "new inside a quantifier",
            "expect:\n  some: shop.items\n  empty: fail\n  that: {none: {new: {of: parts, key: '@key'}}, empty: pass}",
            10,
            "`new` stands inside another quantifier",
        ),
        bad(
            "new without key",
            "expect:\n  some: {new: {of: shop.items}}\n  empty: fail\n",
            8,
            "{new: {of: path, key: [field, …]}}",
        ),
        bad(
            "key that is a list",
            "expect: {some: shop.items, key: parts, empty: fail}",
            7,
            "a field with a single value",
        ),
        bad(
            "not_applicable inside where",
            "expect:\n  some: shop.items\n  empty: fail\n  where: {some: parts, empty: not_applicable}\n",
            10,
            "pass or fail",
        ),
    ],
)
def test_a_mistake_in_a_rule_is_said_with_its_line_and_a_remedy(
    tmp_path: Path, body: str, line: int, parts: tuple[str, ...]
) -> None:
    file = write_rule(tmp_path, body)
    said = [line_ for line_ in complaints(tmp_path) if "pack.yaml" not in line_]
    assert any(each.startswith(f"{file}:{line}: ") and all(part in each for part in parts) for each in said), said


@pytest.mark.parametrize(
    ("head", "line", "parts"),
    [
        pytest.param(
            HEAD.replace("high", "hihg"), 3, ("severity: 'hihg'", "did you mean `high`?"), id="misspelt severity"
        ),
        pytest.param(HEAD.replace("zh: 测试", "zh: test", 1), 2, ("title.zh",), id="Chinese text without Chinese"),
        pytest.param(
            HEAD.replace(", en: Test", "", 1), 2, ("title.en: is missing: add the key `en`",), id="no English title"
        ),
        pytest.param(HEAD.replace("en: Test", "en: 1", 1), 2, ("title.en", "quotes"), id="a number for a text"),
        pytest.param(
            HEAD.replace("status: stable", "state: stable"), 4, ("did you mean `status`?",), id="misspelt status key"
        ),
        pytest.param(
            HEAD.replace("en: Test", "eng: Test", 1), 2, ("unknown key `eng`: did you mean `en`?",), id="inner key"
        ),
        pytest.param(HEAD + 'high_risk: "6.x"\n', 7, ("high_risk",), id="odd number of a case"),
        pytest.param(HEAD + "max_age_s: 0\n", 7, ("max_age_s",), id="no age at all"),
    ],
)
def test_a_mistake_in_the_texts_is_said_too(tmp_path: Path, head: str, line: int, parts: tuple[str, ...]) -> None:
    file = write_rule(tmp_path, SAFE, head=head)
    said = complaints(tmp_path)
    assert any(each.startswith(f"{file}:{line}: ") and all(part in each for part in parts) for each in said), said


@pytest.mark.parametrize(
    ("params", "parts"),
    [
        ("{most: {type: integer, default: x, tighten: lower}}", ("params.most.default", "'x' is not of type integer")),
        ("{most: {type: integer, default: 3, tighten: subset}}", ("params.most.tighten", "fixed or higher or lower")),
        ("{most: {type: integer, default: 3, tighten: lower, bound: 5}}", ("params.most.bound", "less strict")),
        ('{most: {type: integer, default: 3, tighten: lower, by_level: {"4": "1"}}}', ("params.most.by_level.4",)),
        ("{most: {type: string, default: x, tighten: fixed}}", ("expect.shop.count.at_most", "takes integer, number")),
        ("{most: %s, more: %s}" % (("{type: integer, default: 3, tighten: lower}",) * 2), ("more: no condition uses",)),
        ("{moist: {type: integer, default: 3, tighten: lower}}", ("no parameter `most`", "did you mean `moist`?")),
        ("{most: {type: integer, default: 3}}", ("params.most.tighten: is missing",)),
        ("{most: {type: int, default: 3, tighten: lower}}", ("params.most.type", "did you mean `integer`?")),
        ('{most: {type: integer, default: 3, tighten: lower, by_level: {"5": 1}}}', ("params.most.by_level",)),
    ],
)
def test_a_mistake_in_a_parameter_is_said(tmp_path: Path, params: str, parts: tuple[str, ...]) -> None:
    write_rule(tmp_path, f"params: {params}\nexpect: {{shop.count: {{at_most: {{param: most}}}}}}\n")
    said = complaints(tmp_path)
    assert any(all(part in each for part in parts) for each in said), said


def test_an_id_unlike_the_files_name_is_refused(tmp_path: Path) -> None:
    file = write_rule(tmp_path, SAFE)
    file.rename(file.with_name("shop-closed.yaml"))
    (said,) = complaints(tmp_path)
    assert said.startswith(f"{file.with_name('shop-closed.yaml')}:1: id: the id `shop-open` is not the file's name")
    assert said.endswith("call the file shop-open.yaml or the rule shop-closed")


def test_an_id_is_never_used_twice(tmp_path: Path) -> None:
    file = write_rule(tmp_path, SAFE)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / file.name).write_text(file.read_text("utf-8"), "utf-8")
    (said,) = complaints(tmp_path)
    assert said.startswith(f"{tmp_path / 'other' / file.name}: id: the id is there already, in {file}")


def test_a_file_of_ten_megabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    file = write_rule(tmp_path, SAFE)
    file.write_text("# " + "x" * 10_000_000, "utf-8")
    assert any(each.startswith(f"{file}: has 10000002 bytes, more than 1048576") for each in complaints(tmp_path))


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "- " * 100_000, "{a: " * 100_000, "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 900))]
)
def test_a_hundred_thousand_levels_are_refused_before_anything_is_composed(tmp_path: Path, text: str) -> None:
    """The C loader overflows the stack of the process when it composes such a document."""
    file = write_rule(tmp_path, SAFE)
    file.write_text(text, "utf-8")
    assert any(
        "is nested more than 32 levels deep" in each and each.startswith(f"{file}:") for each in complaints(tmp_path)
    )


def test_a_flood_of_nodes_is_refused(tmp_path: Path) -> None:
    file = write_rule(tmp_path, SAFE)
    file.write_text("[" + "a," * 60_000 + "]", "utf-8")
    assert any("has more than 50000 nodes" in each for each in complaints(tmp_path))


def test_deep_conditions_are_refused(tmp_path: Path) -> None:
    write_rule(tmp_path, "expect: " + "{not: " * 14 + "{shop.open: {is: true}}" + "}" * 14)
    assert any("nested more than 12 deep" in each for each in complaints(tmp_path))


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    file = write_rule(tmp_path, SAFE)
    file.write_bytes(file.read_bytes() + b"# \xff\n")
    assert f"{file}:8: byte 0xff is no UTF-8: save the file as UTF-8" in complaints(tmp_path)


def test_control_characters_are_refused_with_their_line(tmp_path: Path) -> None:
    file = write_rule(tmp_path, SAFE + "# \x00\n")
    assert f"{file}:8: has the control character U+0000: remove it" in complaints(tmp_path)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    file = write_rule(tmp_path, SAFE)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert len(load_pack(tmp_path, SECTIONS).rules) == 1


def test_all_problems_of_all_files_come_at_once_and_sorted(tmp_path: Path) -> None:
    """An author who mends one mistake per run gives up."""
    one = write_rule(tmp_path, "expect: {shop.opn: {is: true}, shop.count: {iz: 1}}\nsevrity: high\n", "shop-closed")
    other = write_rule(tmp_path, "expect: {shop.open: {is: no}}\n")
    (tmp_path / "pack.yaml").write_text(PACK.replace("shop: 1", "shpo: 1"), "utf-8")
    said = complaints(tmp_path)
    assert said == sorted(said)
    assert [each.rsplit(":", 5)[0].split(":")[0] for each in said] == [str(one)] * (len(said) - 2) + [
        str(other),
        str(tmp_path / "pack.yaml"),
    ]


@pytest.mark.parametrize(
    ("pack", "parts"),
    [
        (PACK.replace("{shop: 1}", "{street: 1}"), ("rules read `shop`, which is not there: add shop: 1",)),
        (PACK.replace("shop: 1", "shop: 2"), ("needs.shop: the paths were checked against schema 1, not 2",)),
        (PACK.replace("shop: 1", "shop: 1, street: 1"), ("needs.street: no rule reads `street`: remove it",)),
        (PACK.replace("shop: 1", "shop: 1, stret: 1"), ("there is no section `stret`: did you mean `street`?",)),
        (PACK.replace("baseline", "basis"), ("kind: 'basis' is not possible here: did you mean `baseline`?",)),
        (PACK.replace('"1.0.0"', '"1"'), ("version",)),
        (PACK + "vendor: x\n", ("unknown key `vendor`: known: id, kind, needs, title, version",)),
    ],
)
def test_the_head_of_a_pack_is_checked_against_its_rules(tmp_path: Path, pack: str, parts: tuple[str, ...]) -> None:
    write_rule(tmp_path, SAFE)
    (tmp_path / "pack.yaml").write_text(pack, "utf-8")
    said = complaints(tmp_path)
    assert any(each.startswith(str(tmp_path / "pack.yaml")) and all(p in each for p in parts) for each in said), said


def test_a_folder_without_head_is_no_pack(tmp_path: Path) -> None:
    assert complaints(tmp_path) == [
        f"{tmp_path}: is no pack: there is no pack.yaml in it: name the directory of a pack"
    ]


def test_a_file_that_would_be_overlooked_is_refused(tmp_path: Path) -> None:
    file = write_rule(tmp_path, SAFE)
    file.with_name("shop-closed.yml").write_text("", "utf-8")
    assert complaints(tmp_path) == [
        f"{file.with_name('shop-closed.yml')}: does not end in .yaml: rename it to shop-closed.yaml"
    ]


def test_a_fifo_does_not_hold_the_reader_up(tmp_path: Path) -> None:
    file = write_rule(tmp_path, SAFE)
    file.unlink()
    os.mkfifo(file)
    assert any(each.startswith(f"{file}: not a regular file") for each in complaints(tmp_path))


def test_every_form_is_read(tmp_path: Path) -> None:
    """What the reference promises in one rule: if a form went missing, rules would have to be rewritten."""
    write_rule(
        tmp_path,
        textwrap.dedent("""\
        tags: [daily, door]
        high_risk: "6.4.1.1"
        max_age_s: 60
        params:
          most: {type: integer, default: 3, by_level: {"4": 2}, tighten: lower, bound: 1}
        applies: {"@level": {at_least: 3}, shop.open: {is: true}}
        expect:
          all:
            - shop.count: {between: [0, 5], at_most: {param: most}, if_absent: pass}
            - not: {shop.count: {is: 1}}
              if_absent: fail
            - any: [{shop.version: {version_at_least: "1.2"}}, {shop.version: {absent: true}}]
            - every: shop.shelf
              where: {"@key": {matches: "[a-z]+"}}
              that:
                all:
                  - colour: {in: [red, absent]}
                  - none: parts
                    that: {"@value": {is: broken}}
                    empty: pass
              key: [name, "@key"]
              empty: not_applicable
            - none: {new: {of: shop.items, key: [name]}}
              empty: pass
            - shop.words: {superset: [a], subset: [a, b], contains: a}
            - shop.mode: {mode_at_most: "0640"}
            - 'shop.shelf["k.l"].size': {not: 3, if_absent: pass}
        """),
    )
    (rule,) = load_pack(tmp_path, SECTIONS).rules
    assert rule.tags == ("daily", "door")
    assert rule.defaults(3) == {"most": 3}
    assert rule.defaults(4) == {"most": 2}
    assert rule.sections == {"shop"}
    assert rule.applies is not None
