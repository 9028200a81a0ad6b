"""The API: lists and filters, what changed, exports, its own documentation, refusals in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rongdun_collector.store import register
from rongdun_collector.store.register import System, Unit
from tests.collector.agents import Agent, enrol
from tests.collector.conftest import make_token
from tests.collector.serving import START, Collector
from tests.collector.test_judging import survey


@pytest.fixture
def fleet(collector: Collector) -> dict[str, Agent]:
    """Three hosts of two units: a good one, a bad one, and one that never reported."""
    with collector.services.store.write() as connection:
        register.put_units(connection, [Unit("gaj", "市公安局"), Unit("wjw", "市卫健委", "王工")])
        register.put_systems(connection, [System("xl", "雪亮工程", "gaj", 3, critical=True)])
    police, health = make_token(collector, unit="gaj", system="xl", uses_allowed=9), make_token(collector, unit="wjw")
    agents = {
        "good": enrol(collector.client, police, hostname="cam-good"),
        "bad": enrol(collector.client, police, hostname="cam_bad%"),
        "never": enrol(collector.client, health, hostname="ward-1"),
    }
    agents["good"].report(survey("no"), START)
    agents["bad"].report(survey("yes"), START)
    for name in ("good", "bad"):
        collector.judged(agents[name].host)
    return agents


def names(collector: Collector, **parameters: Any) -> list[str]:
    return [host["hostname"] for host in collector.get("/v1/hosts", **parameters)["hosts"]]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param({}, ["cam-good", "cam_bad%", "ward-1"], id="all by name"),
        pytest.param({"unit": "gaj"}, ["cam-good", "cam_bad%"], id="of a unit by id"),
        pytest.param({"unit": "市卫健委"}, ["ward-1"], id="of a unit by name"),
        pytest.param({"system": "雪亮工程"}, ["cam-good", "cam_bad%"], id="of a system by name"),
        pytest.param({"level": 3}, ["cam-good", "cam_bad%", "ward-1"], id="of a level, the default included"),
        pytest.param({"level": 4}, [], id="of a level that none has"),
        pytest.param({"presence": "never"}, ["ward-1"], id="that never reported"),
        pytest.param({"presence": "retired"}, [], id="that are retired"),
        pytest.param({"conflict": True}, [], id="in conflict"),
        pytest.param({"q": "CAM"}, ["cam-good", "cam_bad%"], id="by a part of the name without case"),
        pytest.param({"q": "_bad%"}, ["cam_bad%"], id="a part with characters that mean something in SQL"),
        pytest.param({"q": "'; DROP TABLE hosts; --"}, [], id="a part that is SQL"),
        pytest.param({"order": "score"}, ["cam_bad%", "cam-good", "ward-1"], id="worst first, without score last"),
        pytest.param({"order": "seen"}, ["ward-1", "cam-good", "cam_bad%"], id="longest silent first"),
    ],
)
def test_hosts_are_listed_and_filtered(
    fleet: dict[str, Agent], collector: Collector, parameters: dict[str, Any], expected: list[str]
) -> None:
    assert len(fleet) == 3
    assert names(collector, **parameters) == expected


def test_pages_follow_each_other_without_gap_or_overlap(fleet: dict[str, Agent], collector: Collector) -> None:
    assert len(fleet) == 3
    seen, offset = [], 0
    while offset is not None:
        page = collector.get("/v1/hosts", limit=2, offset=offset)
        assert page["total"] == 3
        seen += [host["hostname"] for host in page["hosts"]]
        offset = page["next_offset"]
    assert seen == ["cam-good", "cam_bad%", "ward-1"]


def test_a_silent_host_is_called_so(fleet: dict[str, Agent], collector: Collector) -> None:
    collector.clock.forward(hours=2, minutes=1)
    fleet["good"].report(survey("no"), collector.clock())
    assert names(collector, presence="silent") == ["cam_bad%"]
    assert names(collector, presence="reporting") == ["cam-good"]


def test_the_summary_counts_reporting_hosts_and_names_the_worst_unit_first(
    fleet: dict[str, Agent], collector: Collector
) -> None:
    found = collector.get("/v1/summary")
    assert found["presence"] == {"reporting": 2, "silent": 0, "never": 1}
    assert found["fleet"]["hosts"] == 2
    assert found["fleet"]["failures"] == {"high": 1}
    assert [unit["name"] for unit in found["units"]] == ["市公安局", "市卫健委"]
    assert found["units"][0]["figures"]["score"] == pytest.approx((100 + 40) / 2)
    assert found["rules"][0] | {"title": None} == {
        "rule": "root-login-off",
        "severity": "high",
        "title": None,
        "failing_hosts": 1,
    }
    assert found["clauses"]["8.1 a"] == {"符合": 1, "不符合": 1}
    collector.clock.forward(hours=3)
    fleet["good"].report(survey("no"), collector.clock())
    later = collector.get("/v1/summary")
    assert (later["fleet"]["hosts"], later["units"][0]["silent"], later["rules"]) == (1, 1, [])


def test_what_changed_since_yesterday_is_told_by_host_and_rule(fleet: dict[str, Agent], collector: Collector) -> None:
    collector.clock.forward(days=2)
    fleet["good"].report(survey("yes"), collector.clock())
    collector.judged(fleet["good"].host)
    found = collector.get("/v1/changes")
    assert [(one["hostname"], one["worse"], one["better"]) for one in found["changed"]] == [
        ("cam-good", ["root-login-off"], [])
    ]
    assert (found["changed"][0]["score_before"], found["changed"][0]["score"]) == (100, 40)
    assert [one["hostname"] for one in found["silent"]] == []
    assert found["enrolled"] == []
    since = (START - timedelta(hours=1)).isoformat()
    longer = collector.get("/v1/changes", since=since)
    assert {one["hostname"] for one in longer["enrolled"]} == {"cam-good", "cam_bad%", "ward-1"}
    assert [one["hostname"] for one in longer["silent"]] == ["cam_bad%"]


def test_a_change_and_its_undoing_are_no_change(fleet: dict[str, Agent], collector: Collector) -> None:
    collector.clock.forward(days=2)
    for root_login in ("yes", "no"):
        collector.clock.forward(minutes=5)
        fleet["good"].report(survey(root_login), collector.clock())
        collector.judged(fleet["good"].host)
    assert collector.get("/v1/changes")["changed"] == []


def test_findings_are_exported_for_spreadsheets(collector: Collector) -> None:
    """Chinese survives, and no cell is taken for a formula."""
    agent = enrol(collector.client, make_token(collector), hostname="=HYPERLINK(1)")
    agent.report(survey("yes"), START)
    collector.judged(agent.host)
    answer = collector.client.get("/v1/findings.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["rule"], row["verdict"], row["reason"]) for row in rows] == [
        ("nothing-deleted-runs", "unknown", "not probed"),
        ("root-login-off", "fail", ""),
    ]
    assert rows[1]["title"] == "禁止 root 通过 SSH 登录"
    assert rows[1]["hostname"] == "'=HYPERLINK(1)"
    passing = collector.client.get("/v1/findings.csv", params={"verdict": "pass", "language": "en"})
    assert "The host does not forward packets" in passing.text


def test_a_section_is_told_with_its_sources(fleet: dict[str, Agent], collector: Collector) -> None:
    found = collector.get(f"/v1/hosts/{fleet['bad'].host}/facts/sshd")
    assert found["facts"]["contexts"][0]["permit_root_login"] == "yes"
    assert found["sources"][""]["where"] == "/etc/ssh/sshd_config:3"


def test_units_systems_and_rules_are_listed(fleet: dict[str, Agent], collector: Collector) -> None:
    assert len(fleet) == 3
    assert [(unit["name"], unit["hosts"]) for unit in collector.get("/v1/units")["units"]] == [
        ("市公安局", 2),
        ("市卫健委", 1),
    ]
    [system] = collector.get("/v1/systems", unit="gaj")["systems"]
    assert (system["level"], system["critical"]) == (3, True)
    rules = collector.get("/v1/rules")
    assert len(rules["rules"]) == 4
    assert collector.get("/v1/rules/root-login-off")["clauses"] == ["8.1 a", "7.1 a"]


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        pytest.param("/v1/hosts/nobody", 404, "no host 'nobody'", id="unknown host"),
        pytest.param("/v1/hosts/nobody/findings", 404, "no host", id="findings of an unknown host"),
        pytest.param("/v1/hosts/nobody/facts/sshd", 404, "no host", id="facts of an unknown host"),
        pytest.param("/v1/hosts/%00", 422, "NUL", id="a NUL in the path"),
        pytest.param("/v1/hosts?q=%00", 422, "NUL", id="a NUL in a filter"),
        pytest.param("/v1/rules/nothing", 404, "no rule", id="unknown rule"),
        pytest.param("/v1/hosts?limit=0", 422, "query.limit", id="limit out of range"),
        pytest.param("/v1/hosts?level=five", 422, "query.level", id="level in words"),
        pytest.param("/v1/hosts?presence=late", 422, "query.presence", id="unknown presence"),
        pytest.param("/v1/changes?since=2026-01-01", 422, "query.since", id="moment without a zone"),
        pytest.param("/v1/changes?since=0001-01-01T00:00:00Z", 422, "query.since", id="the first moment of all"),
        pytest.param("/v1/hosts/x/findings?as_of=9999-12-31T23:59:59Z", 422, "query.as_of", id="the last moment"),
        pytest.param("/nowhere", 404, "Not Found", id="no such path"),
        pytest.param("/v1/checkin", 405, "Method Not Allowed", id="no such method"),
    ],
)
def test_refusals_are_problems_in_words(collector: Collector, path: str, status: int, says: str) -> None:
    answer = collector.client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert says in problem["detail"]
    assert problem["status"] == status
    assert problem["remedy"]


def test_a_method_that_is_not_there_comes_with_those_that_are(collector: Collector) -> None:
    assert collector.client.get("/v1/checkin").headers["allow"] == "POST"


def test_a_bug_answers_500_in_words_and_the_next_request_is_served(
    serve: Callable[..., Collector], caplog: pytest.LogCaptureFixture
) -> None:
    collector = serve()
    with collector.services.store.write() as connection:
        connection.exec_driver_sql("DROP TABLE conflicts")
    answer = collector.client.get("/v1/hosts")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "conflicts" in caplog.text
    assert "conflicts" not in answer.text
    assert collector.get("/healthz") == {"status": "ok"}


def test_the_api_documents_itself_without_anything_from_elsewhere(collector: Collector) -> None:
    document = collector.get("/openapi.json")
    schemas = document["components"]["schemas"]
    checkin = document["paths"]["/v1/checkin"]["post"]
    assert checkin["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/CheckIn"}
    assert "sequence" in schemas["CheckIn"]["properties"]
    page = collector.client.get("/docs")
    assert page.status_code == 200
    for path in document["paths"]:
        assert path in page.text
    for outside in ("http://", "https://", "<script", "@import"):
        assert outside not in page.text


def test_every_reference_in_the_openapi_document_leads_somewhere(collector: Collector) -> None:
    document = collector.get("/openapi.json")
    schemas = document["components"]["schemas"]

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [one for part in value.values() for one in references(part)]
        return [one for part in value for one in references(part)] if isinstance(value, list) else []

    found = references(document)
    assert found
    assert {one for one in found if one.removeprefix("#/components/schemas/") not in schemas} == set()
