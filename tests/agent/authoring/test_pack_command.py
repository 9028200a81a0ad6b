"""`pack lint | test | build | explain`: what an author of rules sees."""

import io
import json
import time

import pytest

from rongdun_agent.cli import main
from rongdun_contract.rules import load_compiled

NO_UID_7 = "severity: high\nstatus: stable\nexpect: {none: accounts.users, where: {uid: {is: 7}}, empty: pass}\n"
GOOD_CASES = """\
- case: nobody has it
  files: {/etc/passwd: "root:x:0:0::/root:/bin/sh\\n"}
  expect: pass
- case: somebody has it
  files: {/etc/passwd: "root:x:0:0::/root:/bin/sh\\nlp:x:7:7::/:/bin/sh\\n"}
  expect: {verdict: fail, source: "/etc/passwd:2", objects: [lp]}
"""


def pack(*arguments: object) -> tuple[int, str]:
    out = io.StringIO()
    return main(["pack", *map(str, arguments)], out), out.getvalue()


def test_cases_are_tried_by_the_real_probes(make_pack):
    status, said = pack("test", make_pack({"no-seven": NO_UID_7}, {"no-seven": GOOD_CASES}))
    assert (status, said) == (0, "1 rules, 2 cases, 4 changes of rules: all as expected, every change noticed\n")


def test_a_case_that_comes_out_otherwise_is_named_with_its_line(make_pack):
    folder = make_pack({"no-seven": NO_UID_7}, {"no-seven": GOOD_CASES.replace("lp:x:7", "lp:x:8")})
    status, said = pack("test", folder)
    assert status == 1
    assert f"{folder}/group/no-seven.cases.yaml:4: somebody has it: expected fail, got pass" in said


def test_an_inverted_matcher_that_no_case_notices_fails_the_pack(make_pack, tmp_path):
    """A rule whose cases pass whatever it says proves nothing, and is not shipped."""
    rule = NO_UID_7.replace("{uid: {is: 7}}", "{all: [{uid: {is: 7}}, {gid: {at_least: 1}}]}")
    folder = make_pack({"no-seven": rule}, {"no-seven": GOOD_CASES})
    status, said = pack("test", folder)
    assert status == 1
    assert "no case notices when in `expect`, `gid >= 1` is dropped" in said
    status, said = pack("build", folder, "--output", tmp_path / "built.json")
    assert status == 1
    assert "Not built" in said
    assert not (tmp_path / "built.json").exists()


@pytest.mark.parametrize("missing", ["pass", "fail"])
def test_a_stable_rule_needs_a_case_of_each_kind(make_pack, missing):
    kept = GOOD_CASES.split("- case: ")[2 if missing == "pass" else 1]
    status, said = pack("lint", make_pack({"no-seven": NO_UID_7}, {"no-seven": f"- case: {kept}"}))
    assert status == 1
    assert f"has no case that expects {missing}" in said


def test_a_built_pack_is_loaded_and_judges_as_its_source(make_pack, tmp_path, make_host):
    folder = make_pack({"no-seven": NO_UID_7}, {"no-seven": GOOD_CASES})
    place = tmp_path / "new/built.json"
    status, said = pack("build", folder, "--output", place)
    assert status == 0
    assert "sha256" in said
    assert load_compiled(place).rules[0].id == "no-seven"
    assert [path.name for path in place.parent.iterdir()] == ["built.json"]
    root = make_host({"/etc/passwd": "lp:x:7:7::/:/bin/sh\n"}).on_disk("/")
    findings = []
    for source in (folder, place):
        out = io.StringIO()
        main(["scan", "--root", str(root), "--pack", str(source), "--format", "json"], out)
        findings.append(json.loads(out.getvalue())["findings"])
    assert findings[0] == findings[1]


def test_building_twice_gives_the_same_bytes(make_pack, tmp_path):
    folder = make_pack({"no-seven": NO_UID_7}, {"no-seven": GOOD_CASES})
    for name in ("one", "two"):
        pack("build", folder, "--output", tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_canned_facts_win_over_files_and_are_not_probed(make_pack):
    cases = GOOD_CASES + "- case: unreadable\n  facts: {accounts: {unavailable: no permission}}\n"
    cases += "  files: {/etc/passwd: 'x'}\n  expect: {verdict: unknown, reason: no permission}\n"
    status, said = pack("test", make_pack({"no-seven": NO_UID_7}, {"no-seven": cases}))
    assert (status, "3 cases" in said) == (0, True)


def test_one_rule_can_be_tested_alone(make_pack):
    folder = make_pack(
        {"no-seven": NO_UID_7, "no-eight": NO_UID_7.replace("7", "8")},
        {"no-seven": GOOD_CASES, "no-eight": GOOD_CASES},
    )
    assert pack("test", folder)[0] == 1
    assert pack("test", folder, "--rule", "no-seven")[0] == 0
    (folder / "group/no-eight.cases.yaml").unlink()
    assert pack("test", folder, "--rule", "no-seven")[0] == 0
    assert "has no case that expects" in pack("test", folder, "--rule", "no-eight")[1]


def test_explain_says_what_cases_must_notice(make_pack):
    _, said = pack("explain", make_pack({"no-seven": NO_UID_7}, {"no-seven": GOOD_CASES}))
    assert "expects none accounts.users where uid = 7" in said
    assert "case fail: somebody has it" in said
    assert "must notice that in `expect`, `uid = 7` is inverted" in said


def test_a_control_framework_is_built_against_its_packs(make_pack, tmp_path):
    words = "{zh: 中, en: en}"
    clause = f"{{id: '1 a', level: 3, gist: {words}, kind: auto, rules: [%s]}}"
    head = f"id: frame\ntitle: {words}\ncontrol_points:\n  - class: {words}\n    name: {words}\n    clauses:\n"
    framework = tmp_path / "frame.yaml"
    folder = make_pack({"no-seven": NO_UID_7}, {"no-seven": GOOD_CASES})
    framework.write_text(f"{head}      - {clause % 'no-seven'}\n")
    status, said = pack("build", framework, "--pack", folder, "--output", tmp_path / "frame.json")
    assert (status, "frame: 1 clauses" in said) == (0, True)
    framework.write_text(f"{head}      - {clause % 'no-sevn'}\n")
    assert pack("build", framework, "--pack", folder, "--output", tmp_path / "frame.json")[0] == 2


def test_hundreds_of_cases_take_seconds(make_pack):
    """An author runs this after every change."""
    rules = {f"no-seven-{n}": NO_UID_7 for n in range(80)}
    cases = {name: GOOD_CASES + GOOD_CASES.replace("- case: ", "- case: again ") for name in rules}
    folder = make_pack(rules, cases)
    began = time.process_time()
    assert pack("test", folder)[0] == 0
    assert time.process_time() - began < 10
