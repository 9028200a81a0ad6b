"""Signing in by the pages: where it leads, what it refuses, and what an administrator can change."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from rongdun_collector.signin.passwords import hash_password
from rongdun_collector.store import accounts
from tests.collector.console.html_page import checked, read_page
from tests.collector.serving import START, Collector

PASSWORD = "correct horse battery"
NEW = "another good password"


@pytest.fixture(scope="module")
def kept() -> str:
    """Return a hashed password; hashing is slow on purpose."""
    return hash_password(PASSWORD)


@pytest.fixture
def browser(collector: Collector, kept: str) -> Iterator[httpx.Client]:
    """Yield a browser before a collector that has an administrator."""
    with collector.services.store.write() as connection:
        accounts.put_administrator(connection, "lin", kept, START)
    with httpx.Client(base_url=collector.url, headers={"Accept": "text/html"}) as client:
        yield client


def sign_in(browser: httpx.Client, following: str = "/", password: str = PASSWORD) -> httpx.Response:
    """Send the form."""
    return browser.post("/login", data={"name": "lin", "password": password, "next": following})


def test_signing_in_returns_to_the_page_that_was_asked_for(browser: httpx.Client) -> None:
    asked = browser.get("/hosts?q=web&order=score")
    assert asked.status_code == 303
    form = read_page(browser, asked.headers["location"])
    assert form.fields["next"] == "/hosts?q=web&order=score"
    answer = sign_in(browser, form.fields["next"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/hosts?q=web&order=score")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "lin" in read_page(browser, "/").text


@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/x\\y",
        "/a\r\nSet-Cookie: x=1",
        "javascript:alert(1)",
        "/login?next=/",
        "",
    ],
)
def test_signing_in_leads_to_no_other_site(browser: httpx.Client, following: str) -> None:
    assert sign_in(browser, following).headers["location"] == "/"
    assert browser.get("/login", params={"next": following}).headers["location"] == "/"


def test_a_wrong_password_is_said_and_the_form_kept(browser: httpx.Client) -> None:
    page = checked(sign_in(browser, "/hosts", "wrong"), 401)
    assert "用户名或密码不正确" in page.text
    assert page.fields["name"] == "lin"
    assert page.fields["next"] == "/hosts"
    assert browser.get("/").status_code == 303


def test_too_many_wrong_passwords_lock_for_a_while(browser: httpx.Client) -> None:
    for _ in range(5):
        sign_in(browser, password="wrong")
    assert "账户已暂时锁定" in checked(sign_in(browser), 429).text


def test_a_page_of_another_site_cannot_sign_anybody_in_or_out(browser: httpx.Client) -> None:
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    data = {"name": "lin", "password": PASSWORD}
    assert browser.post("/login", data=data, headers=foreign).status_code == 403
    sign_in(browser)
    assert browser.post("/logout", headers=foreign).status_code == 403
    assert "没有权限" in checked(browser.post("/logout", data={"form_token": "guessed"}), 403).text


def test_signing_out_ends_the_session(browser: httpx.Client) -> None:
    sign_in(browser)
    stolen = browser.cookies["rongdun"]
    token = read_page(browser, "/").fields["form_token"]
    assert browser.post("/logout", data={"form_token": token}).headers["location"] == "/login"
    assert "rongdun" not in browser.cookies
    assert browser.get("/", headers={"Cookie": f"rongdun={stolen}"}).status_code == 303


def test_an_administrator_changes_the_password(browser: httpx.Client, collector: Collector) -> None:
    """Whoever had the old one is out, whoever changed it stays in."""
    sign_in(browser)
    with httpx.Client(base_url=collector.url, headers={"Accept": "text/html"}) as elsewhere:
        sign_in(elsewhere)
        token = read_page(browser, "/account").fields["form_token"]
        sent = {"form_token": token, "current": PASSWORD, "new": NEW, "again": NEW}
        assert "密码已修改" in checked(browser.post("/account", data=sent)).text
        assert read_page(browser, "/").text
        assert elsewhere.get("/").status_code == 303
        assert sign_in(elsewhere).status_code == 401
        assert sign_in(elsewhere, password=NEW).status_code == 303


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"current": "wrong"}, "当前密码不正确", id="without the current one"),
        pytest.param({"again": "something else"}, "两次输入的新密码不一致", id="mistyped"),
        pytest.param({"new": "short", "again": "short"}, "新密码至少 10 个字符", id="too short"),
    ],
)
def test_a_password_is_not_changed(browser: httpx.Client, changes: dict[str, str], said: str) -> None:
    sign_in(browser)
    token = read_page(browser, "/account").fields["form_token"]
    sent = {"form_token": token, "current": PASSWORD, "new": NEW, "again": NEW} | changes
    assert said in checked(browser.post("/account", data=sent), 422).text
    assert sign_in(browser).status_code == 303


def test_without_a_form_token_no_password_is_changed(browser: httpx.Client) -> None:
    sign_in(browser)
    assert browser.post("/account", data={"current": PASSWORD, "new": NEW, "again": NEW}).status_code == 403
    assert sign_in(browser).status_code == 303


def test_on_loopback_without_an_administrator_nobody_signs_in(collector: Collector) -> None:
    assert collector.client.get("/login?next=/hosts").headers["location"] == "/hosts"
    assert "本机访问" in read_page(collector.client, "/").text
    read_page(collector.client, "/account", 403)


def test_the_files_of_pages_need_no_sign_in_and_hide_nothing_else(browser: httpx.Client) -> None:
    for name, kind in (("console.css", "text/css"), ("console.js", "text/javascript"), ("shield.svg", "image/svg+xml")):
        assert browser.get(f"/static/{name}").headers["content-type"].startswith(kind)
    for path in ("/static/%2e%2e/routes.py", "/static/..%2froutes.py", "/static//etc/passwd", "/static/"):
        assert browser.get(path).status_code in {303, 404}
