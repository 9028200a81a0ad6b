"""What a scheme may say; and that whatever it may not, or cannot yet, is told with file, line, field and remedy."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import pytest

from rongdun_collector.drill.scoring import load_scheme, parse_scheme
from rongdun_contract.rules.problems import PackError
from tests.collector.drill.scoring.conftest import SCHEMES

GOOD = """\
scheme: {id: small, version: 1, rounding: ceil}
auto_signals:
  points: {critical: 100, high: "12.5"}
  split: {detect: "0.4", dispose: "0.6"}
  detect: {kind: step, table: [[60s, "1"], [5m, "0.8"]], else: "0"}
  dispose: {kind: step, table: [[10m, "1"]], else: "0.1"}
  missed: -20
  false_positive: {each: -10, allowance: 2}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(PackError) as caught:
        parse_scheme(text.encode(), "s.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("path", sorted(SCHEMES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_scheme_loads_under_the_name_of_its_file(path: Path) -> None:
    assert load_scheme(path).id == path.stem


def test_numbers_are_exact_and_durations_are_seconds() -> None:
    scheme = parse_scheme(GOOD.encode())
    assert scheme.auto.points == {"critical": Fraction(100), "high": Fraction(25, 2)}
    assert scheme.auto.split.detect == Fraction(2, 5)
    assert scheme.auto.detect.table == ((60, Fraction(1)), (300, Fraction(4, 5)))
    assert scheme.auto.dispose.otherwise == Fraction(1, 10)
    assert scheme.auto.detect_from == "ack"


def test_the_digest_is_of_the_bytes(tmp_path: Path) -> None:
    """A drill pins a scheme by it, so another comment is another scheme."""
    path = tmp_path / "s.yaml"
    path.write_text(GOOD)
    assert load_scheme(path).sha256 == sha256(GOOD.encode()).hexdigest()
    assert parse_scheme(GOOD.encode()) == load_scheme(path)
    assert parse_scheme((GOOD + "# more\n").encode()).sha256 != load_scheme(path).sha256


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            '"0.4"', "0.4", r's.yaml:4: auto_signals.split.detect: 0.4: .*floats.*: .*in quotes: "0.4"', id="float"
        ),
        pytest.param('"0.4"', '"0,4"', r"s.yaml:4: auto_signals.split.detect: '0,4': is no decimal: ", id="comma"),
        pytest.param('"0.4"', '"1/3"', r"s.yaml:4: .*is no decimal", id="fraction"),
        pytest.param('"0.4"', '"4e-1"', r"s.yaml:4: .*is no decimal", id="exponent"),
        pytest.param('"0.4"', '"٠.٤"', r"s.yaml:4: .*is no decimal", id="digits of another script"),
        pytest.param('"0.4"', "true", r"s.yaml:4: .*is no number", id="truth"),
        pytest.param(
            '"0.4"', "off", r's.yaml:4: .*true or false: quote it: "off"', id="a word that YAML takes for false"
        ),
        pytest.param(
            '"0.4"', '"0.5"', r"s.yaml:4: auto_signals.split: .*add up to 1.1: make them 1 together", id="shares"
        ),
        pytest.param('"0.4"', '"-0.4"', r"s.yaml:4: auto_signals.split.detect: .*below zero", id="negative share"),
        pytest.param(
            "60s", "60", r"s.yaml:5: auto_signals.detect.table.0.0: 60: is no duration: write 60s", id="no unit"
        ),
        pytest.param("60s", "1.5h", r"s.yaml:5: .*'1.5h': is no duration: ", id="broken hours"),
        pytest.param("60s", "999999d", r"s.yaml:5: .*longer than a year", id="for ever"),
        pytest.param("60s", "5m", r"s.yaml:5: auto_signals.detect: .*not above the one before", id="a limit twice"),
        pytest.param('"0.8"', '"1.1"', r"s.yaml:5: auto_signals.detect: .*later time earns more", id="rising factors"),
        pytest.param(
            'else: "0"}', 'else: "0.9"}', r"s.yaml:5: auto_signals.detect: .*earns more.*`else`", id="rising end"
        ),
        pytest.param(', else: "0"}', "}", r"s.yaml:5: auto_signals.detect.else: is missing", id="no last word"),
        pytest.param('[[10m, "1"]]', "[]", r"s.yaml:6: auto_signals.dispose.table: ", id="an empty table"),
        pytest.param(
            '[[10m, "1"]]', '[[10m, "1", "2"]]', r"s.yaml:6: auto_signals.dispose.table.0", id="three in a pair"
        ),
        pytest.param(
            "kind: step, table: [[10m",
            "kind: linear, table: [[10m",
            r"s.yaml:6: .*dispose.kind: `linear` is not supported yet",
            id="a known kind",
        ),
        pytest.param(
            "kind: step, table: [[10m",
            "kind: steep, table: [[10m",
            r"s.yaml:6: .*dispose.kind: 'steep' is not possible here: .*step",
            id="an unknown kind",
        ),
        pytest.param(
            "missed: -20",
            "missed: 20",
            r"s.yaml:7: auto_signals.missed: 20: is above zero: ",
            id="a reward for missing",
        ),
        pytest.param(
            "missed: -20",
            "mised: -20",
            r"s.yaml:7: auto_signals.mised: unknown key `mised`: did you mean `missed`",
            id="a slip of the pen",
        ),
        pytest.param(
            "each: -10", "each: 10", r"s.yaml:8: auto_signals.false_positive.each: ", id="a reward for false alarms"
        ),
        pytest.param(
            "allowance: 2",
            "allowance: -2",
            r"s.yaml:8: auto_signals.false_positive.allowance: ",
            id="negative allowance",
        ),
        pytest.param("critical: 100", "severe: 100", r"s.yaml:3: auto_signals.points.severe", id="no severity"),
        pytest.param("critical: 100", "critical: 10000000000", r"s.yaml:3: .*beyond", id="too large"),
        pytest.param(
            "rounding: ceil", "rounding: up", r"s.yaml:1: scheme.rounding: 'up' is not possible here", id="no rounding"
        ),
        pytest.param(", rounding: ceil", "", r"s.yaml:1: scheme.rounding: is missing", id="no word on rounding"),
        pytest.param("id: small", "id: Small One", r"s.yaml:1: scheme.id: ", id="a name with spaces"),
        pytest.param("version: 1", "version: 0", r"s.yaml:1: scheme.version: ", id="version zero"),
        pytest.param(
            "version: 1", "version: 1, version: 2", r"s.yaml:1: .*`version` is there already", id="a key twice"
        ),
        pytest.param(
            "missed: -20",
            "detect_from: sight\n  missed: -20",
            r"s.yaml:7: auto_signals.detect_from: 'sight' is not",
            id="no clock",
        ),
        pytest.param("scheme: {", "scheme: &a {", r"s.yaml:1: .*anchor", id="an anchor"),
        pytest.param("missed: -20", "missed: [" + "[" * 40 + "]" * 41, r"s.yaml:7: .*nested more than", id="too deep"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_write(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert any(re.search(expected, problem) for problem in found), found


LATER = {
    "categories": "{PATH: {name: 路径, cap: {per: [team, unit], points: 3000}}}",
    "total_cap": "{per: [team, unit], points: 37000}",
    "items": "{srv.host: {cat: PATH, fn: {kind: fixed, points: 10}}}",
    "multipliers": '{ipv6: {when: "ip_version == 6", x: "3"}}',
    "penalties": "{violation: {points: 200, per: event}}",
    "defence": '{recover_ratio: "0.8", bonus_cap: 3000}',
}


@pytest.mark.parametrize("section", LATER)
def test_what_cannot_be_scored_yet_is_refused_not_passed_over(section: str) -> None:
    """A section that is read and not used would be points that nobody gets, and nobody hears of."""
    assert problems(f"{GOOD}{section}: {LATER[section]}\n") == [
        f"s.yaml:9: {section}: is not supported yet: this version scores auto_signals alone: remove it from this scheme"
    ]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = GOOD.replace("rounding: ceil", "rounding: ceil, cap_mode: drop").replace("missed: -20", "missed: -0.5")
    found = problems(f"{text}items: {{}}\nitmes: {{}}\n")
    assert [problem.split(": ")[0] for problem in found] == ["s.yaml:1", "s.yaml:7", "s.yaml:9", "s.yaml:10"]
    assert "scheme.cap_mode: is not supported yet" in found[0]
    assert "did you mean" in found[3] or "known:" in found[3]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(lambda path: path.write_bytes(b""), "is empty", id="empty"),
        pytest.param(lambda path: path.write_bytes(b"- 1\n"), "is not a mapping", id="a list"),
        pytest.param(lambda path: path.write_bytes(b"\xff\xfe"), "no UTF-8", id="no UTF-8"),
        pytest.param(lambda path: path.write_bytes(b"#" * (1 << 20) + b"\n"), "more than", id="too large"),
        pytest.param(lambda path: path.mkdir(), "not a regular file", id="a folder"),
        pytest.param(lambda _path: None, "cannot be read", id="not there"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, make: Callable[[Path], object], expected: str) -> None:
    path = tmp_path / "s.yaml"
    make(path)
    with pytest.raises(PackError, match=expected):
        load_scheme(path)
