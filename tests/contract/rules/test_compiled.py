from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from rongdun_contract.documents import canonical_json, digest
from rongdun_contract.evaluate import evaluate
from rongdun_contract.rules import Pack, PackError, build_pack, load_compiled, load_pack, parse_compiled
from rongdun_contract.rules.conditions import Condition
from tests.contract.rules.toy import NOW, SECTIONS, conditions, rule_of, survey, write_rule

BODY = """\
params:
  most: {type: integer, default: 3, by_level: {"4": 2}, tighten: lower}
tags: [daily]
applies: {shop.open: {is: true}}
expect:
  every: shop.items
  that: {size: {at_most: {param: most}}}
  empty: pass
"""


def pack(folder: Path) -> Pack:
    write_rule(folder, BODY)
    return load_pack(folder, SECTIONS)


def test_a_pack_survives_being_built_and_loaded(tmp_path: Path) -> None:
    built = tmp_path / "toys.json"
    built.write_bytes(build_pack(pack(tmp_path)))
    assert load_compiled(built) == pack(tmp_path)
    facts = survey({"open": True, "items": [{"name": "a", "size": 4}]})
    found = [evaluate(one.rules, facts, now=NOW) for one in (pack(tmp_path), load_compiled(built))]
    assert found[0] == found[1]
    assert found[0][0].verdict == "fail"


def test_the_same_pack_gives_the_same_bytes(tmp_path: Path) -> None:
    """A signature is over bytes; who builds again must be able to compare."""
    one, other = tmp_path / "one", tmp_path / "other"
    built = build_pack(pack(one))
    assert built == build_pack(pack(other)) == build_pack(parse_compiled(built))
    assert built == canonical_json(json.loads(built))


def test_a_digest_names_everything_that_a_rule_says(tmp_path: Path) -> None:
    (rule,) = pack(tmp_path / "a").rules
    plain = json.loads(build_pack(pack(tmp_path / "a")))["rules"][0]
    assert rule.digest == digest(canonical_json({key: value for key, value in plain.items() if key != "digest"}))
    seen = {rule.digest}
    for number, body in enumerate(
        (
            BODY.replace("default: 3", "default: 2"),
            BODY.replace("empty: pass", "empty: fail"),
            BODY.replace("daily", "rare"),
        )
    ):
        write_rule(tmp_path / str(number), body)
        seen.add(load_pack(tmp_path / str(number), SECTIONS).rules[0].digest)
    assert len(seen) == 4


def test_comments_and_layout_are_not_in_the_digest(tmp_path: Path) -> None:
    write_rule(
        tmp_path / "b", "# a comment\n" + BODY.replace("{shop.open: {is: true}}", "\n  shop.open:\n    is: true")
    )
    assert load_pack(tmp_path / "b", SECTIONS).rules[0].digest == pack(tmp_path / "a").rules[0].digest


@given(conditions())
def test_every_condition_can_be_built(condition: Condition) -> None:
    text = {"zh": "字", "en": "word"}
    one = Pack("toys", "1.0.0", "baseline", text, {"shop": 1}, (rule_of(condition),))
    assert parse_compiled(build_pack(one)) == one


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": 2}',
        b'{"format": 1, "rules": [{}]}',
        b"\xff",
        b"[" * 100_000,
        b'{"format": 1, "id": "x", "version": "1.0.0", "kind": "baseline", "title": {}, "needs": {}, "rules": 3}',
        None,
    ],
)
def test_what_is_no_built_pack_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "pack.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(PackError, match=r"pack\.json: .*build it again"):
        load_compiled(file)


def test_three_hundred_rules_load_in_a_few_milliseconds(tmp_path: Path) -> None:
    """Each cold scan pays for it: from YAML it would be fifty."""
    one = pack(tmp_path)
    many = replace(one, rules=tuple(replace(one.rules[0], id=f"rule-{number:03}") for number in range(300)))
    built = tmp_path / "many.json"
    built.write_bytes(build_pack(many))
    best = min(_timed(built) for _ in range(7))
    assert best < 0.02


def _timed(built: Path) -> float:
    started = time.perf_counter()
    assert len(load_compiled(built).rules) == 300
    return time.perf_counter() - started


def test_judging_by_a_built_pack_imports_no_yaml() -> None:
    code = (
        "import sys; import rongdun_contract.rules, rongdun_contract.evaluate, rongdun_contract.controls, "
        "rongdun_contract.clauses, rongdun_contract.score; sys.exit('yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
