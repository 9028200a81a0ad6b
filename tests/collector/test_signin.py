"""Signing in: open on loopback until there is an administrator, then nothing but the hosts' own routes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select
from starlette.routing import Route

from rongdun_collector.app import build_app
from rongdun_collector.errors import CollectorError
from rongdun_collector.signin.guard import HOST_ROUTES
from rongdun_collector.signin.passwords import AT_ONCE, WAITING, hash_password
from rongdun_collector.store import accounts
from rongdun_collector.store.store import Store
from rongdun_collector.store.tables import METADATA
from tests.collector.agents import Agent, enrol, section
from tests.collector.conftest import make_token
from tests.collector.serving import START, Collector

PASSWORD = "correct horse battery"
SURVEY = {"sysctl": section({"parameters": {}})}


@pytest.fixture(scope="module")
def kept() -> str:
    """Return a hashed password; hashing is slow on purpose."""
    return hash_password(PASSWORD)


@pytest.fixture
def guarded(collector: Collector, kept: str) -> Collector:
    """Return a collector with one administrator, nobody signed in."""
    with collector.services.store.write() as connection:
        accounts.put_administrator(connection, "lin", kept, START)
    return collector


@pytest.fixture
def browser(guarded: Collector) -> Iterator[httpx.Client]:
    """Yield a client with cookies of its own."""
    with httpx.Client(base_url=guarded.url) as client:
        yield client


SIGN_IN = frozenset({"/v1/session", "/login", "/static"})


def sign_in(client: httpx.Client, name: str = "lin", password: str = PASSWORD, **headers: str) -> httpx.Response:
    return client.post("/v1/session", json={"name": name, "password": password}, headers=headers)


def paths(collector: Collector) -> list[tuple[str, str]]:
    """Return method and path of everything that the application serves."""
    app = build_app(collector.services)
    included = [one for route in app.router.routes for one in getattr(route, "original_router", app.router).routes]
    routes = [route for route in (*app.router.routes, *included) if isinstance(route, (Route, APIRoute))]
    return sorted({(method, route.path) for route in routes for method in route.methods or ()})


def test_before_there_is_an_administrator_loopback_is_open(collector: Collector) -> None:
    assert collector.get("/v1/session") == {"kind": "anyone", "name": "loopback", "form_token": ""}
    assert collector.client.get("/metrics").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Host": "evil.example"}, id="a page whose name was made to point here"),
        pytest.param({"X-Forwarded-For": "203.0.113.9"}, id="a proxy that nobody told us about"),
        pytest.param({"Forwarded": "for=203.0.113.9"}, id="a proxy, by the standard header"),
    ],
)
def test_open_means_this_machine_only(collector: Collector, headers: dict[str, str]) -> None:
    assert collector.client.get("/v1/hosts", headers=headers).status_code == 401


def test_without_sign_in_nothing_answers_but_what_hosts_need(guarded: Collector, browser: httpx.Client) -> None:
    """Every route is tried, so that one added later cannot be forgotten."""
    found = paths(guarded)
    assert len(found) > 20
    for method, path in found:
        if path in HOST_ROUTES or path in SIGN_IN:
            continue
        answer = browser.request(method, path.replace("{", "").replace("}", ""))
        assert answer.status_code == 401, f"{method} {path}"
        assert answer.headers["content-type"] == "application/problem+json"


def test_paths_that_only_look_like_open_ones_are_guarded(browser: httpx.Client) -> None:
    for path in ("/v1/checkin/", "//v1/hosts", "/healthz/../v1/hosts", "/v1/hosts?x=/healthz", "/V1/CHECKIN"):
        assert browser.get(path).status_code == 401, path


def test_hosts_report_without_anybody_signed_in(guarded: Collector, browser: httpx.Client) -> None:
    agent = enrol(browser, make_token(guarded))
    assert agent.report(SURVEY, START).acknowledged == 1
    assert browser.get("/healthz").status_code == 200


def test_a_host_credential_opens_no_page(guarded: Collector, browser: httpx.Client, agent: Agent) -> None:
    assert guarded.url
    assert browser.get("/v1/hosts", headers=agent.headers).status_code == 401


def test_a_session_lasts_while_it_is_used(guarded: Collector, browser: httpx.Client) -> None:
    answer = sign_in(browser)
    assert (answer.status_code, answer.json()["name"]) == (200, "lin")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    for _ in range(3):
        guarded.clock.forward(minutes=20)
        assert browser.get("/v1/hosts").status_code == 200
    guarded.clock.forward(minutes=31)
    assert browser.get("/v1/hosts").status_code == 401


def test_over_tls_the_cookie_never_travels_in_the_clear(serve: Callable[..., Collector], kept: str) -> None:
    collector = serve(behind_tls_proxy=True)
    with collector.services.store.write() as connection:
        accounts.put_administrator(connection, "lin", kept, START)
    cookie = sign_in(collector.client).headers["set-cookie"]
    assert cookie.startswith("__Host-rongdun=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_behind_a_proxy_nothing_is_ever_open(serve: Callable[..., Collector]) -> None:
    assert serve(behind_tls_proxy=True).client.get("/v1/hosts").status_code == 401


def test_signing_out_ends_the_session_and_needs_the_form_token(browser: httpx.Client) -> None:
    token = sign_in(browser).json()["form_token"]
    assert browser.delete("/v1/session").status_code == 403
    assert browser.delete("/v1/session", headers={"X-Form-Token": "wrong"}).status_code == 403
    secret = browser.cookies["rongdun"]
    assert browser.delete("/v1/session", headers={"X-Form-Token": token}).status_code == 204
    browser.cookies.set("rongdun", secret)
    assert browser.get("/v1/hosts").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://evil.example"}, id="another origin"),
        pytest.param({"Origin": "null"}, id="an origin that hides"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="the browser says so"),
    ],
)
def test_another_sites_page_cannot_act(browser: httpx.Client, headers: dict[str, str]) -> None:
    token = sign_in(browser).json()["form_token"]
    answer = browser.delete("/v1/session", headers=headers | {"X-Form-Token": token})
    assert answer.status_code == 403
    assert "another site" in answer.json()["detail"]
    assert sign_in(browser, **headers).status_code == 403


def test_our_own_page_can_act(guarded: Collector, browser: httpx.Client) -> None:
    assert sign_in(browser, Origin=guarded.url, **{"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize(("name", "password"), [("lin", "wrong"), ("nobody", PASSWORD), ("lin", PASSWORD + " ")])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(browser: httpx.Client, name: str, password: str) -> None:
    answer = sign_in(browser, name, password)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "name or password is wrong"
    assert "set-cookie" not in answer.headers


def test_guessing_locks_the_account_for_a_while(guarded: Collector, browser: httpx.Client) -> None:
    codes = [sign_in(browser, password="wrong guess").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    locked = sign_in(browser)
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "60")
    guarded.clock.forward(seconds=61)
    assert sign_in(browser).status_code == 200
    assert sign_in(browser, password="wrong guess").status_code == 401
    assert sign_in(browser).status_code == 200


def test_a_lock_grows_with_every_failure(guarded: Collector, browser: httpx.Client) -> None:
    for _ in range(5):
        sign_in(browser, password="wrong guess")
    guarded.clock.forward(seconds=61)
    assert sign_in(browser, password="wrong guess").status_code == 401
    guarded.clock.forward(seconds=61)
    assert sign_in(browser).status_code == 429
    guarded.clock.forward(seconds=61)
    assert sign_in(browser).status_code == 200


def test_guesses_at_once_are_all_counted(guarded: Collector) -> None:
    def guess() -> None:
        with httpx.Client(base_url=guarded.url, timeout=60) as client:
            sign_in(client, password="wrong guess")

    threads = [threading.Thread(target=guess) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sign_in(guarded.client).status_code == 429


def test_guesses_without_end_do_not_hold_the_threads_of_everyone(guarded: Collector, browser: httpx.Client) -> None:
    """A password takes a tenth of a second; whoever sends thousands must not stop hosts and readers."""
    desk = guarded.services.sign_in_desk
    with ExitStack() as others:
        for _ in range(AT_ONCE + WAITING):
            assert desk._places.acquire(blocking=False)
            others.callback(desk._places.release)
        answer = sign_in(browser)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert sign_in(browser).status_code == 200


def test_a_name_that_no_database_would_take_is_wrong_like_any_other(guarded: Collector) -> None:
    assert guarded.services.sign_in_desk.sign_in("li\x00n", PASSWORD).failure == "wrong"
    assert guarded.client.post("/login", data={"name": "li\x00n", "password": PASSWORD}).status_code == 401


def test_a_new_password_ends_the_sessions_of_the_old_one(guarded: Collector, browser: httpx.Client, kept: str) -> None:
    sign_in(browser)
    with guarded.services.store.write() as connection:
        assert accounts.put_administrator(connection, "lin", kept, START) is False
    assert browser.get("/v1/hosts").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"name": "lin\x00", "password": PASSWORD}, id="NUL in the name"),
        pytest.param({"name": "", "password": PASSWORD}, id="no name"),
        pytest.param({"name": "lin", "password": "x" * 257}, id="endless password"),
        pytest.param({"name": "lin"}, id="no password"),
        pytest.param({"name": "lin", "password": PASSWORD, "admin": True}, id="something else"),
    ],
)
def test_a_sign_in_that_is_none_is_refused(browser: httpx.Client, body: dict[str, Any]) -> None:
    assert browser.post("/v1/session", json=body).status_code == 422


def test_a_body_without_end_is_refused_before_it_is_read(browser: httpx.Client) -> None:
    answer = browser.post("/v1/session", content=(b" " * 65536 for _ in range(40)))
    assert answer.status_code == 413


def test_a_read_key_reads_and_does_nothing_else(guarded: Collector, browser: httpx.Client) -> None:
    """What Prometheus gets: it can scrape, and if it leaks nobody can sign anybody out."""
    with guarded.services.store.write() as connection:
        key = accounts.put_read_key(connection, "prometheus", START)
    headers = {"Authorization": f"Bearer {key}"}
    assert browser.get("/metrics", headers=headers).status_code == 200
    assert browser.delete("/v1/session", headers=headers).status_code == 403
    with guarded.services.store.write() as connection:
        assert accounts.revoke_read_key(connection, "prometheus", START)
    assert browser.get("/metrics", headers=headers).status_code == 401


def test_secrets_of_sessions_and_keys_are_not_kept(store: Store, kept: str) -> None:
    with store.write() as connection:
        accounts.put_administrator(connection, "lin", kept, START)
        session = accounts.open_session(connection, "lin", START)
        key = accounts.put_read_key(connection, "prometheus", START)
        everything = repr([row for table in METADATA.sorted_tables for row in connection.execute(select(table))])
    assert session not in everything
    assert key not in everything
    assert PASSWORD not in everything


@pytest.mark.parametrize("password", ["short", "x" * 257])
def test_a_password_that_protects_nothing_is_refused(password: str) -> None:
    with pytest.raises(CollectorError, match="10 to 256 characters"):
        hash_password(password)
