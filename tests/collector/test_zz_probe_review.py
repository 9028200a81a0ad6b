from __future__ import annotations
import json, zlib
from datetime import timedelta
import pytest
from tests.collector.conftest import *  # noqa
from tests.collector.serving import START
from tests.collector.agents import section
from tests.collector.test_judging import survey

@pytest.mark.parametrize("taken", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z"])
def test_year(collector, agent, taken):
    agent.sequence = 1
    from rongdun_contract.documents import manifest
    s = survey("no")
    from datetime import datetime
    try:
        agent.report(s, datetime.fromisoformat(taken))
    except Exception as e:
        print("REPORT", type(e), str(e)[:300])
    for p in ("/v1/hosts", "/metrics", "/", "/hosts", f"/hosts/{agent.host}", "/v1/summary"):
        r = collector.client.get(p, headers={"accept": "text/html"})
        print("YEAR", taken, p, r.status_code)

def test_since(collector, agent):
    for q in ("since=0001-01-01T00:00:00Z","since=9999-12-31T23:59:59-14:00","since=0001-01-01T00:00:00%2B14:00"):
        print("SINCE", q, collector.client.get("/v1/changes?"+q).status_code)
    agent.report(survey("no"), START)
    for q in ("as_of=0001-01-01T00:00:00Z","as_of=9999-12-31T23:59:59-14:00","as_of=9999-12-31T23:59:59Z"):
        for p in ("findings","facts/sshd"):
            print("ASOF", q, collector.client.get(f"/v1/hosts/{agent.host}/{p}?"+q).status_code)
        print("ASOFC", q, collector.client.get(f"/hosts/{agent.host}?"+q).status_code)

@pytest.mark.parametrize("facts", ['{"a":NaN}','{"a":Infinity}','{"a":1e999}', '{"a":'+'9'*5000+'}', '{"a":"\\ud800"}', '{"a":'+'[1,'*150+'1'+']'*150+'}'], ids=["nan","inf","1e999","bigint","surr","deep"])
def test_volatile(collector, agent, facts):
    agent.report(survey("no"), START)
    body = ('{"schema":1,"taken_at":"2026-03-01T08:00:00Z","sections":{"processes":{"schema":1,"taken_at":"2026-03-01T08:00:00Z","facts":'+facts+'}}}').encode()
    r = collector.client.post("/v1/volatile", content=body, headers=agent.headers)
    print("VOL", facts[:20], r.status_code, r.text[:200])
    import time; time.sleep(0.5)
    print("FAIL", collector.services.background.counts.failures)
    print("PAGE", collector.client.get(f"/v1/hosts/{agent.host}/findings").status_code, collector.client.get(f"/v1/hosts/{agent.host}/facts/processes").status_code)

def test_login_nul(collector):
    r = collector.client.post("/login", data={"name":"a\x00b","password":"x"})
    print("NUL", r.status_code)

def test_405(collector):
    print("ALLOW", collector.client.get("/v1/checkin").headers.get("allow"))

def test_overlap(collector, agent):
    a = survey("no"); 
    names=list(a); full=a; less={k:v for k,v in a.items() if k!=names[0]}
    agent.report(full, START - timedelta(seconds=100))
    agent.report(less, START - timedelta(seconds=50))
    agent.report(full, START - timedelta(seconds=80))
    h = collector.get(f"/v1/hosts/{agent.host}/history", section=names[0])["sections"]
    print("OVER", [(x["valid_from"],x["valid_to"]) for x in h])
    try:
        agent.report(less, START - timedelta(seconds=80))
        agent.report(full, START - timedelta(seconds=80))
    except Exception as e:
        print("OVERFAIL", str(e)[:200])
    h = collector.get(f"/v1/hosts/{agent.host}/history", section=names[0])["sections"]
    print("OVER", [(x["valid_from"],x["valid_to"]) for x in h])
