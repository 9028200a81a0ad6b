"""Results: once per distinct set of facts, again when they ripen, and never with another host's lines."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from rongdun_collector.assessment import judge
from rongdun_collector.assessment.ruleset import Ruleset
from rongdun_collector.store import documents, register
from rongdun_collector.store.register import System, Unit
from rongdun_contract.documents import Section, Unavailable, section_of
from rongdun_contract.rules.overlay import Adjusted, Overlay
from rongdun_contract.wire import Missing, Volatile, VolatileSection
from tests.collector.agents import Agent, enrol, section
from tests.collector.conftest import make_token
from tests.collector.serving import START, Collector


def sshd(root_login: str, where: str = "/etc/ssh/sshd_config:3") -> Section:
    return section({"installed": True, "contexts": [{"name": "base", "permit_root_login": root_login}]}, where)


def survey(root_login: str = "no", where: str = "/etc/ssh/sshd_config:3", **more: Any) -> dict[str, Any]:
    sections = {
        "sshd": sshd(root_login, where),
        "sysctl": section({"parameters": {"net.ipv4.ip_forward": {"running": "0"}}}),
        "packages": section({"manager": "dpkg", "last_changed_on": "2026-02-01"}),
    }
    return sections | more


def verdicts(collector: Collector, host: str, **parameters: Any) -> dict[str, str]:
    found = collector.get(f"/v1/hosts/{host}/findings", **parameters)["findings"]
    return {one["rule"]: one["verdict"] for one in found}


def send_volatile(agent: Agent, deleted: bool, at: Any) -> None:
    part = VolatileSection(
        schema_number=1, taken_at=at, facts={"programs": [{"name": "x", "deleted": deleted}]}, sources={}
    )
    body = zlib.compress(Volatile(schema_number=1, taken_at=at, sections={"processes": part}).to_json())
    headers = agent.headers | {"Content-Encoding": "deflate"}
    answer = agent.client.post("/v1/volatile", content=body, headers=headers)
    assert answer.json() == {"stored": 1}, answer.text


def test_a_host_is_judged_soon_after_its_facts_arrive(agent: Agent, collector: Collector) -> None:
    agent.report(survey("yes"), START)
    host = collector.judged(agent.host)
    assert host["counts"] == {"pass": 2, "fail": 1, "unknown": 1, "not_applicable": 0}
    assert host["failures"] == {"critical": 0, "high": 1, "medium": 0, "low": 0}
    assert host["score"] == 100 * 4 / 10
    assert host["confidence"] == 10 / 20


def test_evidence_names_the_hosts_own_lines(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    """Two hosts share a setting, not the file that set it: the verdict is shared, the evidence is not."""
    one, two = new_agent(hostname="one"), new_agent(hostname="two")
    one.report(survey("yes", "/etc/ssh/sshd_config:3"), START)
    two.report(survey("yes", "/etc/ssh/sshd_config.d/50-site.conf:1"), START)
    collector.judged(one.host)
    collector.judged(two.host)
    for agent, line in ((one, "/etc/ssh/sshd_config:3"), (two, "/etc/ssh/sshd_config.d/50-site.conf:1")):
        found = collector.get(f"/v1/hosts/{agent.host}/findings")["findings"]
        [finding] = [one for one in found if one["rule"] == "root-login-off"]
        assert (finding["verdict"], finding["evidence"][0]["source"]) == ("fail", line)
        assert finding["evidence"][0]["found"] == "yes"


def test_hosts_with_the_same_facts_are_evaluated_once(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    counts = collector.services.judge.counts
    agents = [new_agent(hostname=f"web-{number}") for number in range(5)]
    for agent in agents:
        agent.report(survey(), START)
        collector.judged(agent.host)
    assert counts.found == 4
    assert counts.known >= 16
    host = collector.get(f"/v1/hosts/{agents[0].host}/history")["results"]
    assert len({one["result_set"] for one in host}) == 1


def test_a_changed_line_number_changes_no_result(agent: Agent, collector: Collector) -> None:
    agent.report(survey("no", "/etc/ssh/sshd_config:3"), START)
    collector.judged(agent.host)
    collector.clock.forward(hours=1)
    agent.report(survey("no", "/etc/ssh/sshd_config:9"), collector.clock())
    collector.judged(agent.host)
    history = collector.get(f"/v1/hosts/{agent.host}/history", section="sshd")
    assert len(history["sections"]) == 2
    assert history["sections"][0]["facts"] == history["sections"][1]["facts"]
    assert len(history["results"]) == 1


def test_an_age_that_ripens_changes_the_result_without_the_host(agent: Agent, collector: Collector) -> None:
    """Ninety days after the last update the verdict is another, though nobody sent anything."""
    agent.report(survey(), START)
    assert collector.judged(agent.host)["counts"]["fail"] == 0
    collector.clock.forward(days=70)
    collector.settled(lambda: collector.judged(agent.host)["counts"]["fail"] == 1)
    results = collector.get(f"/v1/hosts/{agent.host}/history")["results"]
    assert len(results) == 2
    assert results[0]["valid_from"] > "2026-05-01"


def test_what_ripens_is_judged_again_though_memory_is_short(
    agent: Agent, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With many distinct hosts the oldest verdicts are forgotten; never those that were found just now."""
    monkeypatch.setattr(judge, "KEPT_VERDICTS", 0)
    agent.report(survey(), START)
    assert collector.judged(agent.host)["counts"]["fail"] == 0
    collector.clock.forward(days=70)
    collector.settled(lambda: collector.judged(agent.host)["counts"]["fail"] == 1)
    assert collector.services.background.counts.failures == 0


def test_a_new_pack_is_answered_for_the_whole_fleet_without_asking_a_host(
    collector: Collector, serve: Callable[..., Collector], ruleset: Ruleset, new_agent: Callable[..., Agent]
) -> None:
    agents = [new_agent(hostname=f"web-{number}") for number in range(3)]
    for agent in agents:
        agent.report(survey(), START)
        collector.judged(agent.host)
    wanted = Adjusted("forwarding-off", "wanted", "1", "0", "city.yaml:4")
    stricter = dataclasses.replace(ruleset, overlay=Overlay("city", {}, (wanted,), {"wanted": "1"}))
    later = serve(ruleset=stricter)
    for agent in agents:
        assert later.judged(agent.host)["failures"]["medium"] == 1


def test_last_tuesday_can_be_judged_by_todays_rules(agent: Agent, collector: Collector) -> None:
    agent.report(survey("yes"), START)
    collector.clock.forward(days=7)
    agent.report(survey("no"), collector.clock())
    assert verdicts(collector, agent.host)["root-login-off"] == "pass"
    as_of = (START + timedelta(days=3)).isoformat()
    assert verdicts(collector, agent.host, as_of=as_of)["root-login-off"] == "fail"
    before = (START - timedelta(days=1)).isoformat()
    assert verdicts(collector, agent.host, as_of=before)["root-login-off"] == "unknown"


def test_ages_are_measured_at_the_moment_that_is_asked_for(agent: Agent, collector: Collector) -> None:
    agent.report(survey(), START)
    collector.clock.forward(days=200)
    assert verdicts(collector, agent.host)["updated-lately"] == "fail"
    as_of = (START + timedelta(days=1)).isoformat()
    assert verdicts(collector, agent.host, as_of=as_of)["updated-lately"] == "pass"


def test_volatile_facts_are_judged_while_they_are_young(agent: Agent, collector: Collector) -> None:
    agent.report(survey(), START)
    assert verdicts(collector, agent.host)["nothing-deleted-runs"] == "unknown"
    send_volatile(agent, deleted=True, at=START)
    assert collector.judged(agent.host)["failures"]["critical"] == 1
    collector.clock.forward(minutes=61)
    assert collector.judged(agent.host)["counts"]["unknown"] == 1
    send_volatile(agent, deleted=False, at=collector.clock())
    assert collector.judged(agent.host)["counts"] == {"pass": 4, "fail": 0, "unknown": 0, "not_applicable": 0}


def test_an_older_delivery_does_not_replace_a_younger_one(agent: Agent, collector: Collector) -> None:
    collector.clock.forward(minutes=30)
    agent.report(survey(), START)
    send_volatile(agent, deleted=True, at=START + timedelta(minutes=20))
    send_volatile(agent, deleted=False, at=START + timedelta(minutes=10))
    assert verdicts(collector, agent.host)["nothing-deleted-runs"] == "fail"
    facts = collector.get(f"/v1/hosts/{agent.host}/facts/processes")
    assert facts["read_at"] == "2026-03-01T08:20:00Z"


def test_a_volatile_section_may_be_unreadable(agent: Agent, collector: Collector) -> None:
    agent.report(survey(), START)
    sent = Volatile(schema_number=1, taken_at=START, sections={"processes": Missing(unavailable="no permission")})
    agent.client.post("/v1/volatile", content=sent.to_json(), headers=agent.headers)
    found = collector.get(f"/v1/hosts/{agent.host}/findings")["findings"]
    [finding] = [one for one in found if one["rule"] == "nothing-deleted-runs"]
    assert (finding["verdict"], finding["reason"]) == ("unknown", "no permission")


def test_what_could_not_be_read_is_unknown_with_its_reason(agent: Agent, collector: Collector) -> None:
    agent.report(survey(sshd=Unavailable("no permission")), START)
    found = collector.get(f"/v1/hosts/{agent.host}/findings")["findings"]
    [finding] = [one for one in found if one["rule"] == "root-login-off"]
    assert (finding["verdict"], finding["reason"]) == ("unknown", "no permission")
    assert collector.judged(agent.host)["counts"]["unknown"] == 2


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_a_number_that_json_does_not_have_is_refused_in_words(agent: Agent, number: str) -> None:
    part = f'{{"schema":1,"taken_at":"2026-03-01T08:00:00Z","facts":{{"x":{number}}}}}'
    body = f'{{"schema":1,"taken_at":"2026-03-01T08:00:00Z","sections":{{"processes":{part}}}}}'
    answer = agent.client.post("/v1/volatile", content=body, headers=agent.headers)
    assert answer.status_code == 422
    assert "no JSON" in answer.json()["detail"]


def test_facts_that_no_agent_should_send_do_not_stop_the_others(
    collector: Collector, new_agent: Callable[..., Agent]
) -> None:
    """A broken or hostile host is judged as what it is, and its neighbours as if it were not there."""
    bad, good = new_agent(hostname="bad"), new_agent(hostname="good")
    bad.report(survey(sshd=section({"installed": True, "contexts": 7}), sysctl=section({"parameters": "x"})), START)
    good.report(survey(), START)
    assert collector.judged(good.host)["counts"]["fail"] == 0
    counts = collector.judged(bad.host)["counts"]
    assert counts["unknown"] >= 2
    assert collector.services.background.counts.failures == 0


@pytest.mark.parametrize("junk", [5, None, "x", [], {}, {"where": 5}, {"where": "/x:1", "overrides": [5]}], ids=repr)
def test_sources_that_are_none_are_left_out(agent: Agent, collector: Collector, junk: Any) -> None:
    """The page of a hostile host is shown like any other."""
    facts = {"installed": True, "contexts": [{"name": "base", "permit_root_login": "yes"}]}
    good = {"where": "/etc/ssh/sshd_config:3"}
    agent.report({"sshd": section_of(1, facts, {"": junk, "contexts[0]": good})}, START)
    assert collector.get(f"/v1/hosts/{agent.host}/facts/sshd")["sources"] == {"contexts[0]": good}
    for page in ("findings", "facts", "facts/sshd"):
        assert collector.client.get(f"/hosts/{agent.host}/{page}".removesuffix("/findings")).status_code == 200


def test_the_level_of_a_system_is_the_level_of_its_hosts(collector: Collector) -> None:
    with collector.services.store.write() as connection:
        register.put_units(connection, [Unit("gaj", "市公安局")])
        register.put_systems(connection, [System("xl", "雪亮工程", "gaj", 2)])
    agent = enrol(collector.client, make_token(collector, system="xl", unit="gaj"))
    agent.report(survey(), START)
    collector.judged(agent.host)
    found = collector.get(f"/v1/hosts/{agent.host}/findings")
    assert found["level"] == 2
    assert [one["clause"] for one in found["clauses"]] == ["7.1 a"]
    with collector.services.store.write() as connection:
        register.put_systems(connection, [System("xl", "雪亮工程", "gaj", 3)])
    collector.judged(agent.host)
    assert collector.get(f"/v1/hosts/{agent.host}/history")["results"][0]["level"] == 3


def test_the_walk_is_as_old_as_it_says(agent: Agent, collector: Collector) -> None:
    """A section that was read before the state says so; the state's own time would make it look younger."""
    agent.report(survey(), START, read_at={"sysctl": START - timedelta(days=2)})
    facts = collector.get(f"/v1/hosts/{agent.host}/facts/sysctl")
    assert facts["read_at"] == "2026-02-27T08:00:00Z"


def test_unused_documents_are_swept_after_a_day_and_used_ones_stay(agent: Agent, collector: Collector) -> None:
    agent.report(survey(), START)
    orphan = section({"parameters": {"never": {"running": "1"}}})
    agent.send_documents({orphan.facts_digest: b'{"parameters":{"never":{"running":"1"}}}'})
    store = collector.services.store
    with store.write() as connection:
        assert documents.sweep(connection, START + timedelta(hours=23)) == 0
        assert documents.sweep(connection, START + timedelta(hours=25)) == 1
        assert documents.sweep(connection, START + timedelta(hours=25)) == 0
    assert verdicts(collector, agent.host)["root-login-off"] == "pass"
