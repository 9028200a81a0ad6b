"""Who may act in a drill: people who are signed in, from our own pages, each act in their own name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from fastapi.routing import APIRoute

from rongdun_collector.api import drill_acts
from rongdun_collector.drill.opening import Plan, open_drill
from rongdun_collector.drill.packs import read_pack
from rongdun_collector.drill.schemes import read_shelf
from rongdun_collector.drill.terms import By
from rongdun_collector.errors import CollectorError
from rongdun_collector.signin.passwords import hash_password
from rongdun_collector.store import accounts, drills
from rongdun_collector.store.register import put_units
from rongdun_collector.store.store import Store, open_store
from tests.collector.drill.conftest import PACK, UNITS, opened
from tests.collector.serving import START, Collector

PASSWORD = "correct horse battery"


@pytest.fixture
def lin(drilled: Collector) -> Iterator[httpx.Client]:
    """Yield a client that an administrator is signed in with, without the form token."""
    with drilled.services.store.write() as connection:
        accounts.put_administrator(connection, "lin", hash_password(PASSWORD), START)
    with httpx.Client(base_url=drilled.url) as client:
        assert client.post("/v1/session", json={"name": "lin", "password": PASSWORD}).status_code == 200
        yield client


def test_every_act_needs_the_form_token(lin: httpx.Client) -> None:
    routes = [route for route in drill_acts.router.routes if isinstance(route, APIRoute)]
    assert len(routes) >= 10
    for route in routes:
        answer = lin.post(route.path.replace("{", "").replace("}", ""), json={})
        assert answer.status_code == 403, route.path


def test_acts_are_in_the_name_of_whoever_is_signed_in(drilled: Collector, lin: httpx.Client) -> None:
    lin.headers["X-Form-Token"] = lin.get("/v1/session").json()["form_token"]
    drilled.client.close()
    drilled.client = lin
    drill = opened(drilled)
    assert [act["by"] for act in drilled.get(f"/v1/drills/{drill}/acts")["acts"]] == ["lin"]


def test_a_read_key_reads_drills_and_changes_none(drilled: Collector, lin: httpx.Client) -> None:
    lin.headers["X-Form-Token"] = lin.get("/v1/session").json()["form_token"]
    with drilled.services.store.write() as connection:
        key = accounts.put_read_key(connection, "prometheus", START)
    with httpx.Client(base_url=drilled.url, headers={"Authorization": f"Bearer {key}"}) as program:
        assert program.get("/v1/drills").status_code == 200
        assert program.post("/v1/drills", json={}).status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("/v1/drills/nothing/close", {}, id="close"),
        pytest.param("/v1/drills/nothing/stimuli", {"signal": "s", "key": "k", "t0": START.isoformat()}, id="stimulus"),
        pytest.param("/v1/drills/nothing/objects/x/acknowledge", {}, id="acknowledge"),
    ],
)
def test_a_drill_that_is_not_there_is_not_found(drilled: Collector, path: str, body: dict[str, str]) -> None:
    answer = drilled.client.post(path, json=body)
    assert (answer.status_code, answer.json()["remedy"]) == (404, "GET /v1/drills lists them.")


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        pytest.param("objects/x/acknowledge", {}, "there is no object 'x'", id="object"),
        pytest.param("exclusions", {"reason": "r"}, "neither a unit nor a host is named", id="nowhere"),
        pytest.param("exclusions", {"unit": "u2", "reason": "r"}, "'u2' is none of its units", id="another unit"),
        pytest.param("exclusions", {"host": "h", "reason": "r"}, "'h' is no host of its units", id="no host"),
        pytest.param("exclusions", {"unit": "u1", "reason": " "}, "cannot be used", id="no reason"),
        pytest.param("exclusions", {"unit": "u1", "reason": "a\u0000b"}, "cannot be used", id="no text"),
        pytest.param("inclusions", {"unit": "u1", "reason": "r"}, "u1 is not excluded", id="not excluded"),
        pytest.param(
            "stimuli",
            {"signal": "no-such", "key": "k", "t0": START.isoformat(), "unit": "u1"},
            "there is no signal 'no-such'",
            id="signal",
        ),
        pytest.param(
            "stimuli",
            {"signal": "new-listener", "key": "k", "t0": (START + timedelta(days=9)).isoformat(), "unit": "u1"},
            "is not in the time of the drill",
            id="another time",
        ),
        pytest.param("stimuli/1/withdraw", {"reason": "r"}, "there is no stimulus '1'", id="an act of another kind"),
        pytest.param("unfreeze", {"reason": "r"}, "is not frozen", id="not frozen"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    drilled: Collector, path: str, body: dict[str, str], detail: str
) -> None:
    drill = opened(drilled)
    answer = drilled.client.post(f"/v1/drills/{drill}/{path}", json=body)
    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
    assert answer.json()["remedy"]
    assert len(drilled.get(f"/v1/drills/{drill}/acts")["acts"]) == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"until": "2026-03-01T10:00:00"}, id="no zone"),
        pytest.param({"until": START.isoformat()}, id="over already"),
        pytest.param({"units": []}, id="no units"),
        pytest.param({"units": ["nowhere"]}, id="no such unit"),
        pytest.param({"pack": "nothing"}, id="no such pack"),
        pytest.param({"scheme": "nothing"}, id="no such scheme"),
        pytest.param({"period_s": 0}, id="without a pause"),
        pytest.param({"name": ""}, id="no name"),
        pytest.param({"more": 1}, id="unknown keys"),
    ],
)
def test_a_drill_that_cannot_be_is_not_opened(drilled: Collector, changes: dict[str, object]) -> None:
    until = (START + timedelta(hours=1)).isoformat()
    body = {"name": "x", "units": ["u1"], "until": until, "scheme": "first-drill"} | changes
    assert drilled.client.post("/v1/drills", json=body).status_code == 422
    assert drilled.get("/v1/drills")["drills"] == []


def test_two_who_open_a_drill_for_a_unit_at_once_open_one(store: Store) -> None:
    """Each asked before the other's was there; hosts cannot watch for two."""
    with store.write() as connection:
        put_units(connection, UNITS)
    pack, scheme = read_pack(PACK), read_shelf(None).schemes["first-drill"]
    plan = Plan("x", ("u1",), START + timedelta(hours=1), pack, scheme)
    others = [open_store(store.engine.url) for _ in range(6)]
    refused: list[CollectorError] = []

    def open_one(other: Store) -> None:
        try:
            with other.write() as connection:
                open_drill(connection, plan, By("x", START))
        except CollectorError as error:
            refused.append(error)

    threads = [threading.Thread(target=open_one, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert len(drills.list_drills(connection)) == 1
    assert len(refused) == 5
    for other in others:
        other.close()
