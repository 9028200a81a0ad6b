"""JSON Schemas for editors: they take every file that we ship, and underline the slips that people make."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from docs.reference_pages.schemas import schemas
from docs.reference_pages.schemas.arguments import ARGUMENTS
from rongdun_contract.rules.matchers import MATCHERS

HOUSE = Path(__file__).parents[1]
SHIPPED = {
    "rule": sorted(path for path in HOUSE.glob("rules/*/*/*.yaml") if not path.name.endswith(".cases.yaml")),
    "cases": sorted(HOUSE.glob("rules/*/*/*.cases.yaml")),
    "pack": sorted(HOUSE.glob("rules/*/pack.yaml")),
    "framework": [HOUSE / "rules/controls/gbt22239-2019.yaml"],
    "host-checks": [HOUSE / "rules/controls/host-checks.yaml"],
    "scheme": sorted(HOUSE.glob("rules/schemes/*.yaml")),
}
Change = Callable[[Any], object]


@pytest.fixture(scope="module")
def validators() -> dict[str, Draft7Validator]:
    made = {Path(name).stem: json.loads(text) for name, text in schemas().items()}
    for schema in made.values():
        Draft7Validator.check_schema(schema)
    return {name: Draft7Validator(schema) for name, schema in made.items()}


def read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


@pytest.mark.parametrize("kind", SHIPPED)
def test_every_file_that_is_shipped_is_accepted(kind: str, validators: dict[str, Draft7Validator]) -> None:
    """An editor that underlines what is right is switched off."""
    assert SHIPPED[kind]
    wrong = {
        str(path.relative_to(HOUSE)): [f"{error.json_path}: {error.message[:200]}" for error in found]
        for path in SHIPPED[kind]
        if (found := list(validators[kind].iter_errors(read(path))))
    }
    assert wrong == {}


def test_every_kind_of_file_has_files_that_are_tried() -> None:
    """Overlays belong to organisations; the guide's is tried below."""
    assert {Path(name).stem for name in schemas()} - set(SHIPPED) == {"overlay"}


def test_every_matcher_has_its_arguments() -> None:
    assert list(ARGUMENTS) == list(MATCHERS)


RULE: dict[str, Any] = {
    "id": "a-good-state",
    "title": {"zh": "好", "en": "good"},
    "severity": "high",
    "status": "stable",
    "why": {"zh": "因", "en": "because"},
    "fix": {"zh": "改", "en": "mend it"},
    "params": {"most": {"type": "integer", "default": 4, "tighten": "lower", "bound": 1}},
    "applies": {"sshd.installed": {"is": True}},
    "expect": {
        "all": [
            {'sysctl.parameters["net.ipv4.ip_forward"].running': {"is": "0"}},
            {"every": "sshd.contexts", "that": {"max_auth_tries": {"at_most": {"param": "most"}}}, "empty": "fail"},
            {
                "none": {"new": {"of": "accounts.users", "key": ["name"]}},
                "where": {"uid": {"is": 0}},
                "empty": "pass",
            },
            {
                "any": [
                    {"not": {"audit.installed": {"is": True}}},
                    {'files.named["/etc/shadow"].mode': {"mode_at_most": "0640"}},
                ]
            },
        ]
    },
}


def part(number: int) -> Callable[[Any], dict[str, Any]]:
    return lambda rule: rule["expect"]["all"][number]  # type: ignore[no-any-return]  # the rule above


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda rule: rule.pop("severity"), id="a key is missing"),
        pytest.param(lambda rule: rule.update(severty="high"), id="a key is misspelt"),
        pytest.param(lambda rule: rule.update(severity="hihg"), id="a word is misspelt"),
        pytest.param(lambda rule: rule.update(id="Not_Kebab"), id="the id is no id"),
        pytest.param(lambda rule: rule["title"].pop("en"), id="one language is missing"),
        pytest.param(lambda rule: rule["title"].update(zh="good"), id="Chinese without a Chinese character"),
        pytest.param(lambda rule: rule["params"]["most"].update(tighten="down"), id="no such direction"),
        pytest.param(lambda rule: rule["params"]["most"].update(by_level={"5": 3}), id="no such level"),
        pytest.param(lambda rule: rule.update(applies={"sshd.instaled": {"is": True}}), id="a path is misspelt"),
        pytest.param(
            lambda rule: rule.update(applies={"sshd.installed": {"is": "yes"}}), id="a text for a truth value"
        ),
        pytest.param(lambda rule: rule.update(applies={"sshd.installed": True}), id="a comparison without a matcher"),
        pytest.param(lambda rule: rule.update(applies={"sshd.installed": {"equals": True}}), id="no such matcher"),
        pytest.param(
            lambda rule: rule.update(applies={"sshd.installed": {"at_most": 1}}), id="a matcher of another type"
        ),
        pytest.param(
            lambda rule: rule.update(applies={"sshd.installed": {"is": True, "if_absent": "fail"}}),
            id="it is never absent",
        ),
        pytest.param(
            lambda rule: rule.update(applies={"sshd.activation": {"is": "sockets"}}), id="a word that the fact never is"
        ),
        pytest.param(
            lambda rule: rule.update(applies={"sshd.activation": {"not": "socket"}}),
            id="not, and nothing said of absence",
        ),
        pytest.param(lambda rule: rule.update(applies={}), id="an empty condition"),
        pytest.param(lambda rule: part(0)(rule).update({"all": []}), id="two forms in one"),
        pytest.param(
            lambda rule: part(0)(rule).update({'sysctl.parameters["a"].runing': {"is": "0"}}),
            id="a path with a key is misspelt",
        ),
        pytest.param(
            lambda rule: part(0)(rule).update({"sysctl.parameters.a.running": {"is": "0"}}), id="a key without brackets"
        ),
        pytest.param(
            lambda rule: part(0)(rule).update({'sysctl.parameters["a"].running': {"is": 0}}), id="a number for a text"
        ),
        pytest.param(lambda rule: part(1)(rule).pop("empty"), id="empty is not said"),
        pytest.param(lambda rule: part(1)(rule).pop("that"), id="every, but what?"),
        pytest.param(lambda rule: part(1)(rule).update(empty="maybe"), id="empty is another word"),
        pytest.param(lambda rule: part(1)(rule).update(every="sshd.installed"), id="it is no list"),
        pytest.param(lambda rule: part(1)(rule).update(every="sshd.context"), id="a list is misspelt"),
        pytest.param(
            lambda rule: part(1)(rule).update(that={"max_auth_try": {"at_most": 4}}),
            id="an element's field is misspelt",
        ),
        pytest.param(
            lambda rule: part(1)(rule).update(that={"sshd.valid": {"is": True}}),
            id="inside, paths begin at the element",
        ),
        pytest.param(
            lambda rule: part(1)(rule).update(that={"max_auth_tries": {"at_most": "4"}}), id="a text for a number"
        ),
        pytest.param(lambda rule: part(1)(rule).update(wher={"name": {"is": "base"}}), id="where is misspelt"),
        pytest.param(lambda rule: part(2)(rule)["none"]["new"].pop("key"), id="new without a key"),
        pytest.param(
            lambda rule: part(2)(rule).update(where={"uuid": {"is": 0}}), id="a field of what is new is misspelt"
        ),
        pytest.param(
            lambda rule: part(3)(rule)["any"][0]["not"].update({"audit.daemon": {"is": True}}),
            id="a slip inside not inside any",
        ),
        pytest.param(
            lambda rule: part(3)(rule)["any"][1].update({'files.named["/a"].mode': {"mode_at_most": "640 "}}),
            id="no mode",
        ),
        pytest.param(
            lambda rule: part(3)(rule)["any"][1].update({'files.named["/a"].mode': {"mode_at_most": 640}}),
            id="a mode that is a number",
        ),
        pytest.param(
            lambda rule: part(3)(rule)["any"].append({'files.named["/a"].mode': {"mode_at_most": {"parm": "x"}}}),
            id="param is misspelt",
        ),
    ],
)
def test_a_slip_in_a_rule_is_underlined(change: Change, validators: dict[str, Draft7Validator]) -> None:
    rule = copy.deepcopy(RULE)
    assert list(validators["rule"].iter_errors(rule)) == []
    change(rule)
    assert list(validators["rule"].iter_errors(rule)) != []


CASE: dict[str, Any] = {
    "case": "so",
    "files": {"/etc/a": "text", "/etc/b": {"content": "x", "mode": "0600"}},
    "facts": {"sshd": {"installed": True, "contexts": [{"max_auth_tries": {"unknown": "error"}}]}},
    "reference": {"accounts": {"unavailable": "no permission"}},
    "expect": {"verdict": "fail", "found": 6, "objects": ["a"]},
}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda case: case.pop("expect"), id="nothing is expected"),
        pytest.param(lambda case: case.update(expect="passes"), id="no such verdict"),
        pytest.param(lambda case: case["expect"].update(verdct="fail"), id="a key is misspelt"),
        pytest.param(lambda case: case["files"].update({"etc/a": "x"}), id="a path without its slash"),
        pytest.param(lambda case: case["files"]["/etc/b"].update(mode=0o600), id="a mode that is a number"),
        pytest.param(lambda case: case["facts"].update(shd={}), id="no such section"),
        pytest.param(lambda case: case["facts"]["sshd"].update(instaled=True), id="no such fact"),
        pytest.param(lambda case: case["facts"]["sshd"].update(installed="yes"), id="a fact of another type"),
        pytest.param(
            lambda case: case["facts"]["sshd"].update(installed={"unknown": "error"}), id="it is always known"
        ),
        pytest.param(
            lambda case: case["facts"]["sshd"]["contexts"][0].update(max_auth_tries={"unknown": "sometimes"}),
            id="no reason",
        ),
        pytest.param(
            lambda case: case["reference"]["accounts"].update(unavailable="closed"), id="no reason for a section"
        ),
        pytest.param(lambda case: case.update(level=5), id="no such level"),
    ],
)
def test_a_slip_in_a_case_is_underlined(change: Change, validators: dict[str, Draft7Validator]) -> None:
    case = copy.deepcopy(CASE)
    assert list(validators["cases"].iter_errors([case])) == []
    change(case)
    assert list(validators["cases"].iter_errors([case])) != []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        pytest.param("pack", lambda pack: pack["needs"].update(shd=1), id="a pack needs no such section"),
        pytest.param("pack", lambda pack: pack["needs"].update(accounts=99), id="a pack needs another shape"),
        pytest.param("pack", lambda pack: pack.update(version=1.0), id="a pack's version is no text"),
        pytest.param(
            "framework", lambda frame: frame["control_points"][0].update(per="hosts"), id="a framework's word"
        ),
        pytest.param(
            "host-checks", lambda checks: checks["groups"][0]["checks"][0].update(id="H1"), id="a check's number"
        ),
        pytest.param("scheme", lambda scheme: scheme["auto_signals"].update(missed=5), id="a scheme's loss above zero"),
        pytest.param(
            "scheme", lambda scheme: scheme["auto_signals"]["points"].update(hihg=5), id="a scheme's severity"
        ),
        pytest.param(
            "scheme", lambda scheme: scheme["auto_signals"]["split"].update(detect=0.4), id="a scheme's binary float"
        ),
    ],
)
def test_a_slip_in_another_file_is_underlined(
    kind: str, change: Change, validators: dict[str, Draft7Validator]
) -> None:
    document = read(SHIPPED[kind][0])
    change(document)
    assert list(validators[kind].iter_errors(document)) != []


KINDS = {".cases.yaml": "cases", "pack.yaml": "pack", "overlay.yaml": "overlay"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda overlay: overlay.pop("rules"), id="it adjusts nothing"),
        pytest.param(lambda overlay: overlay["rules"]["a-rule"].update(least={"valeu": 3}), id="value is misspelt"),
        pytest.param(lambda overlay: overlay["rules"]["a-rule"]["most"]["waiver"].pop("expiry"), id="waived for ever"),
        pytest.param(lambda overlay: overlay["rules"]["a-rule"]["most"]["waiver"].update(by="me"), id="no such key"),
    ],
)
def test_a_slip_in_an_overlay_is_underlined(change: Change, validators: dict[str, Draft7Validator]) -> None:
    waiver = {"reason": "so", "approver": "me", "expiry": "2027-01-31"}
    most = {"value": 9, "waiver": waiver}
    overlay = {"id": "city", "title": {"zh": "市", "en": "City"}, "rules": {"a-rule": {"most": most, "least": 3}}}
    assert list(validators["overlay"].iter_errors(overlay)) == []
    change(overlay)
    assert list(validators["overlay"].iter_errors(overlay)) != []


def test_the_guide_s_files_are_accepted(validators: dict[str, Draft7Validator]) -> None:
    """Whoever types along has an editor that agrees."""
    guide = (HOUSE / "docs/writing-rules.md").read_text("utf-8")
    files = [block.split("\n```")[0] for block in guide.split("\n```yaml\n")[1:]]
    assert len(files) == 10
    for text in files:
        name = text.split("\n")[0]
        kind = next((kind for end, kind in KINDS.items() if name.endswith(end)), "rule")
        found = [error.message for error in validators[kind].iter_errors(yaml.safe_load(text))]
        assert len(found) == ("runing" in text), name
