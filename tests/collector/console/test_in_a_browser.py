"""The pages in a real browser: its console stays empty, nothing comes from elsewhere, nothing is too wide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from rongdun_collector.signin.passwords import hash_password
from rongdun_collector.store import accounts
from tests.collector.console.conftest import Fleet
from tests.collector.serving import START
from tests.lab.missing import need_program

PAGES = ("/", "/hosts", "{host}", "{host}/facts", "{host}/facts/sshd", "{host}/history", "{host}/agent", "/docs")

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Yield a browser that needs no screen."""
    program = need_program("chromium", "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(
    chromium: Browser, url: str, *, width: int = 1440, scheme: Literal["light", "dark"] = "light"
) -> tuple[Page, list[str]]:
    """Open a page of the collector at `url`; what is wrong is noted in the list."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=url)
    page, wrong = context.new_page(), []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(url) else wrong.append(request.url))
    page.on("requestfailed", lambda request: wrong.extend(failure(request)))
    return page, wrong


def failure(request: Request) -> list[str]:
    """A request that went wrong; one that the browser gave up because it was sent on to another page did not."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url}: {request.failure}"]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        pytest.param(1440, "light", id="on a desk"),
        pytest.param(1440, "dark", id="in the dark"),
        pytest.param(390, "light", id="on a telephone"),
    ],
)
def test_every_page_renders(fleet: Fleet, chromium: Browser, width: int, scheme: Literal["light", "dark"]) -> None:
    page, wrong = opened(chromium, fleet.collector.url, width=width, scheme=scheme)
    for path in PAGES:
        answer = page.goto(path.format(host=f"/hosts/{fleet.spoilt.host}"))
        assert answer is not None
        assert answer.status == 200
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    assert wrong == []
    page.context.close()


def test_text_stands_out_from_what_is_behind_it(fleet: Fleet, chromium: Browser) -> None:
    """At least 4.5:1 (WCAG AA) in light and dark, for every word on the two main pages."""
    for scheme in ("light", "dark"):
        page, _ = opened(chromium, fleet.collector.url, scheme=scheme)
        for path in (
            "/",
            f"/hosts/{fleet.spoilt.host}?verdict=fail&verdict=unknown&verdict=pass&verdict=not_applicable",
        ):
            page.goto(path)
            faint = page.evaluate(CONTRAST)
            assert faint == [], (scheme, path)
        page.context.close()


def test_findings_unfold_and_forms_send_themselves(fleet: Fleet, chromium: Browser) -> None:
    page, wrong = opened(chromium, fleet.collector.url)
    page.goto(f"/hosts/{fleet.spoilt.host}#root-login-off")
    assert page.locator("#root-login-off").get_attribute("open") is not None
    page.get_by_role("button", name="全部展开").click()
    assert page.locator("details.finding:not([open])").count() == 0
    page.locator("input[name=verdict][value=pass]").click()
    page.wait_for_url("**verdict=pass**")
    page.goto("/hosts")
    page.keyboard.press("/")
    page.keyboard.type("cam")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hosts?q=cam")
    assert page.locator("tbody tr").count() == 2
    assert wrong == []
    page.context.close()


def test_signing_in_and_out_by_hand(fleet: Fleet, chromium: Browser) -> None:
    with fleet.collector.services.store.write() as connection:
        accounts.put_administrator(connection, "lin", hash_password("correct horse battery"), START)
    page, wrong = opened(chromium, fleet.collector.url)
    page.goto("/hosts")
    page.get_by_label("用户名").fill("lin")
    page.get_by_label("密码").fill("correct horse battery")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hosts")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login")
    assert wrong == []
    page.context.close()


CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const linear = (c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const shade = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility()) continue;
    if (node.closest("option, .visually-hidden, .skip")) continue;
    const [a, b] = [shade(parse(getComputedStyle(node).color)), shade(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${node.className} ${walker.currentNode.data.trim().slice(0, 30)}`);
  }
  return [...new Set(faint)];
}"""
