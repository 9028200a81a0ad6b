"""The pages of a drill in a real browser: nothing too wide or too faint, forms work by hand, figures stay fresh."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Browser, Route

from rongdun_collector.signin.passwords import hash_password
from rongdun_collector.store import accounts
from tests.collector.console.test_in_a_browser import CONTRAST, chromium, opened
from tests.collector.drill.conftest import PACK, with_units
from tests.collector.drill.scene import Scene, play
from tests.collector.serving import START, Collector

__all__ = ["chromium"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def scene(serve: Callable[..., Collector]) -> Scene:
    """Return a drill in full swing."""
    return play(with_units(serve(drill_packs=(PACK,))))


def pages(scene: Scene) -> list[str]:
    found = scene.objects()["toor"]["id"]
    return ["/drills", *(f"{scene.page}{part}" for part in ("", "/hosts", "/desk", f"/objects/{found}"))]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        pytest.param(1920, "light", id="on a desk"),
        pytest.param(1440, "dark", id="in the dark"),
        pytest.param(390, "light", id="on a telephone"),
    ],
)
def test_every_page_renders(scene: Scene, chromium: Browser, width: int, scheme: Literal["light", "dark"]) -> None:
    page, wrong = opened(chromium, scene.collector.url, width=width, scheme=scheme)
    for path in pages(scene):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert page.evaluate(CONTRAST) == [], path
    assert wrong == []
    page.context.close()


def test_a_page_asks_for_itself_again_unless_somebody_types(scene: Scene, chromium: Browser) -> None:
    """Figures of ten minutes ago mislead; but half a reason that vanishes is worse."""
    page, wrong = opened(chromium, scene.collector.url)
    loads: list[str] = []
    page.on("load", lambda _page: loads.append(page.url))
    page.route("**/drills/**", _hasten)
    page.goto(f"{scene.page}/desk")
    for _ in range(2):
        page.wait_for_event("load")
    page.locator("form[action$=excluded] input[name=reason]").fill("停")
    page.locator("h1").click()
    before = len(loads)
    page.wait_for_timeout(1500)
    assert len(loads) == before >= 3
    assert wrong == []
    page.unroute_all(behavior="wait")
    page.context.close()


def _hasten(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace('data-reload="10"', 'data-reload="0.5"'))


def test_taking_an_object_by_hand(scene: Scene, chromium: Browser) -> None:
    with scene.collector.services.store.write() as connection:
        accounts.put_administrator(connection, "lin", hash_password("correct horse battery"), START)
    page, wrong = opened(chromium, scene.collector.url)
    page.goto(scene.page)
    page.get_by_label("用户名").fill("lin")
    page.get_by_label("密码").fill("correct horse battery")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{scene.page}")
    page.get_by_role("button", name="确认", exact=True).click()
    page.wait_for_url(f"**{scene.page}/objects/*")
    assert page.get_by_text("有人确认 lin").count() == 1
    page.get_by_label("误报理由").fill("运维端口")
    page.get_by_role("button", name="标记为误报").click()
    page.wait_for_load_state()
    assert page.get_by_text("已标记为误报").count() == 1
    assert wrong == []
    page.context.close()
