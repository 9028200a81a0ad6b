"""What goes wrong is said as a page to people, and as problem+json to programs."""

from __future__ import annotations

import asyncio

import pytest
from fastapi import APIRouter

from rongdun_collector.app import build_app
from tests.collector.console.html_page import read_page
from tests.collector.serving import Collector


def test_a_page_that_is_not_there(collector: Collector) -> None:
    assert "没有找到" in read_page(collector.client, "/nothing", 404).text
    assert "Not found" in read_page(collector.client, "/nothing?lang=en", 404).text


@pytest.mark.parametrize("path", ["/v1/hosts/nobody", "/nothing"])
def test_programs_get_problems(collector: Collector, path: str) -> None:
    accept = "text/html" if path.startswith("/v1/") else "application/json"
    answer = collector.client.get(path, headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_the_address_says_stays_text(collector: Collector) -> None:
    page = read_page(collector.client, "/hosts/%3Cscript%3Ealert(1)", 404)
    assert "<script>alert" not in page.source
    assert "<script>alert(1)" in page.text


def test_a_head_request_has_no_body(collector: Collector) -> None:
    answer = collector.client.head("/nothing", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.content) == (404, b"")


async def _broken() -> None:
    raise ZeroDivisionError("secret")


def test_our_own_mistake_is_admitted_and_not_shown(serve) -> None:
    """The log has the details; the page has none of them."""
    collector = serve()
    app = build_app(collector.services)
    router = APIRouter()
    router.add_api_route("/broken", _broken)
    app.include_router(router)
    status, body = _ask(app, "/broken")
    assert status == 500
    assert "采集中心出错了" in body
    assert "ZeroDivisionError" not in body
    assert "secret" not in body


def _ask(app, path: str) -> tuple[int, str]:
    said: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"accept", b"text/html"), (b"host", b"localhost")],
        "scheme": "http",
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "root_path": "",
    }
    asyncio.run(app(scope, receive, send))
    return said[0]["status"], b"".join(message.get("body", b"") for message in said).decode()
