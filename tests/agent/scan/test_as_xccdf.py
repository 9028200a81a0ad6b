"""XCCDF: OpenSCAP reads it, finds it valid, and makes its report of it."""

import subprocess
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree.ElementTree import parse

import pytest

from rongdun_agent.scan.as_xccdf import CONFIDENCE, NAMESPACE, SCORE, write_xccdf
from rongdun_contract.score import WEIGHTS
from tests.lab.missing import need_program

HERE = {"x": NAMESPACE}


@pytest.fixture
def document(judged, tmp_path):
    return write(judged(), tmp_path)


def write(judgement, folder):
    path = folder / "results.xml"
    with path.open("w", encoding="utf-8") as out:
        write_xccdf(judgement, out)
    return path


def oscap(*arguments):
    program = need_program("oscap", "openscap-scanner")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120)


def tree_of(path):
    return parse(path)  # noqa: S314 - written by this test a moment ago


def words_of(page):
    found = []
    reader = HTMLParser()
    reader.handle_data = found.append
    reader.feed(page)
    return "".join(found)


def test_openscap_finds_it_valid(document):
    done = oscap("xccdf", "validate", "--skip-schematron", document)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_openscaps_schema_would_notice(document):
    document.write_text(document.read_text("utf-8").replace("<result>pass<", "<result>passed<"), "utf-8")
    assert oscap("xccdf", "validate", "--skip-schematron", document).returncode != 0


def test_openscap_tells_what_it_is(document):
    done = oscap("info", document)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Checklist version: 1.2" in done.stdout
    assert "Result ID: xccdf_rongdun_testresult_level-3" in done.stdout


def test_openscap_makes_its_report(document, wish):
    done = oscap("xccdf", "generate", "report", document)
    assert (done.returncode, done.stderr) == (0, "")
    assert "<script>alert(1)" not in done.stdout
    words = words_of(done.stdout)
    for rule in wish.rules[:5]:
        assert rule.title["zh"] in words
    assert "firewall.policy: accept" in words
    assert wish.rules[0].fix["zh"] in words


@pytest.mark.parametrize("level", [2, 3, 4])
def test_each_level_is_valid(judged, wish, tmp_path, level):
    path = write(judged(wish=wish._replace(level=level)), tmp_path)
    assert oscap("xccdf", "validate", "--skip-schematron", path).returncode == 0


def test_a_host_without_a_name_or_findings_is_valid_too(judged, tmp_path):
    path = write(judged(findings=())._replace(survey={}, probes=()), tmp_path)
    assert oscap("xccdf", "validate", "--skip-schematron", path).returncode == 0
    scores = tree_of(path).findall(".//x:score", HERE)
    assert [(score.text, score.get("maximum")) for score in scores] == [("0.0", "0"), ("0.000", "0")]


def test_each_rule_is_there_once_with_its_result_and_weight(document, wish):
    tree = tree_of(document)
    rules = {rule.get("id"): rule for rule in tree.iterfind(".//x:Rule", HERE)}
    assert len(tree.findall(".//x:Rule", HERE)) == len(rules) == len(wish.rules)
    results = tree.findall(".//x:rule-result", HERE)
    assert [result.get("idref") for result in results] == [f"xccdf_rongdun_rule_{rule.id}" for rule in wish.rules]
    for result, rule in zip(results, wish.rules, strict=True):
        assert Decimal(result.get("weight")) == Decimal(rules[result.get("idref")].get("weight"))
        assert Decimal(result.get("weight")) == WEIGHTS[rule.severity]


def test_what_is_unknown_is_never_a_pass(document):
    results = [result.text for result in tree_of(document).iterfind(".//x:rule-result/x:result", HERE)]
    assert results[:5] == ["fail", "unknown", "error", "notchecked", "notapplicable"]
    assert set(results[5:]) == {"pass"}


def test_the_score_stands_beside_its_confidence(document, judged):
    scores = {score.get("system"): score for score in tree_of(document).iterfind(".//x:score", HERE)}
    score = judged().score
    assert float(scores[SCORE].text) == pytest.approx(score.score, abs=0.05)
    assert float(scores[CONFIDENCE].text) == pytest.approx(score.confidence, abs=0.0005)
