"""The pages of a drill: how units stand, why an object got its points, and the forms to act in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from rongdun_collector.signin.passwords import hash_password
from rongdun_collector.store import accounts
from tests.collector.console.html_page import checked, read_page
from tests.collector.drill.conftest import PACK, new_watcher, with_units
from tests.collector.drill.scene import Scene, play
from tests.collector.drill.watching import accounts as with_accounts
from tests.collector.serving import Collector

CONTENT = {"pack": "small-drill", "scheme": "first-drill"}
HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture
def drilled(serve: Callable[..., Collector]) -> Collector:
    """Return a running collector that has a pack of signals and two units."""
    return with_units(serve(drill_packs=(PACK,)))


@pytest.fixture
def scene(drilled: Collector) -> Scene:
    """Return a drill in full swing."""
    return play(drilled)


def test_a_drill_is_opened_by_the_form(drilled: Collector) -> None:
    page = read_page(drilled.client, "/drills")
    assert "尚无演练" in page.text
    assert "首次演练自动计分（建议值）（first-drill v1）" in page.text
    fields = {"name": "湛盾", "unit": ["u1", "u2"], "until": "2026-03-02T08:00", "period": "5"}
    answer = drilled.client.post("/drills", data=fields | CONTENT)
    assert answer.status_code == 303, answer.text
    opened = read_page(drilled.client, answer.headers["location"])
    assert "湛盾 进行中" in opened.text
    assert "剩余时间 16 小时" in opened.text
    assert answer.headers["location"] in read_page(drilled.client, "/drills").links


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"name": " "}, "name", id="no name"),
        pytest.param({"unit": []}, "unit", id="no unit"),
        pytest.param({"unit": ["nobody"]}, "nobody", id="a unit that is none"),
        pytest.param({"until": "soon"}, "until: 'soon' is no moment", id="no moment"),
        pytest.param({"until": "2026-02-01T00:00"}, "until", id="a moment that is over"),
        pytest.param({"pack": "x"}, "there is no pack 'x'", id="no pack"),
        pytest.param({"scheme": "x"}, "there is no scheme 'x': choose one of: first-drill", id="no scheme"),
        pytest.param({"period": "0"}, "period", id="no period"),
    ],
)
def test_a_drill_that_cannot_be_opened_keeps_what_was_typed(
    drilled: Collector, changes: dict[str, object], said: str
) -> None:
    fields: dict[str, object] = {"name": "湛盾", "unit": ["u1"], "until": "2026-03-02T08:00", **CONTENT}
    page = checked(drilled.client.post("/drills", data=fields | changes), 422)
    assert said in page.text.replace("  ", " ").replace(" choose", ": choose")
    assert page.fields["until"] == changes.get("until", "2026-03-02T08:00")


def test_broken_packs_and_schemes_are_told_where_a_drill_is_opened(
    serve: Callable[..., Collector], tmp_path: Path
) -> None:
    (tmp_path / "broken.yaml").write_text("scheme: {id: x}\n")
    collector = with_units(serve(drill_packs=(tmp_path / "nothing",), schemes=tmp_path))
    page = read_page(collector.client, "/drills")
    assert "nothing" in page.text
    assert f"{tmp_path}/broken.yaml:1: scheme.rounding: is missing" in page.text


def test_figures_of_a_drill_that_nobody_hears_of_any_more_look_old(scene: Scene) -> None:
    assert 'class="weak"' not in read_page(scene.collector.client, scene.page).source.split("facts-line")[0]
    scene.collector.clock.forward(minutes=3)
    page = read_page(scene.collector.client, scene.page)
    assert "最近一次上报在 3 分钟 前" in page.text
    assert 'class="weak"' in page.source.split("facts-line")[0]


def test_the_page_shows_who_leads_who_waits_and_how_old_it_is(scene: Scene) -> None:
    page = read_page(scene.collector.client, scene.page)
    assert "湛盾演练 进行中 数据截至 2026-03-01 16:00:35 · 最近一次上报在 0 秒 前" in page.text
    assert "1 甲局 +100 · · 1 · · 22 秒 P90 22 秒" in page.text
    assert "2 乙局 0 1" in page.text
    assert "toor web-1 甲局 2026-03-01 16:00:05 动作开始 2026-03-01 16:00:03" in page.text
    assert "有新 listening" not in page.text
    assert f"/v1/drills/{scene.drill}/score.csv" in page.links


def test_equal_units_share_a_rank(scene: Scene) -> None:
    assert scene.post("excluded", place=f"host:{scene.web.host}", reason="演练靶机").status_code == 303
    page = read_page(scene.collector.client, scene.page)
    assert "1 甲局 0" in page.text
    assert "1 乙局 0" in page.text


def test_objects_can_be_chosen_and_nonsense_chooses_nothing(scene: Scene) -> None:
    client = scene.collector.client
    keys = scene.objects()
    port = next(key for key in keys if key != "toor")

    def shown(query: str) -> set[str]:
        links = read_page(client, f"{scene.page}?{query}").links
        return {key for key, one in keys.items() if f"{scene.page}/objects/{one['id']}" in links}

    assert shown("") == {"toor", port}
    assert shown("unit=u1") == {"toor"}
    assert shown("state=unacknowledged") == {port}
    assert shown("severity=critical") == {"toor"}
    assert shown("severity=dreadful&state=lost&unit=") == {"toor", port}
    assert shown("unit=nobody") == set()


def test_an_object_says_why_it_got_its_points(scene: Scene) -> None:
    """A unit that lost by one point will ask; the page must answer by itself."""
    found = scene.objects()["toor"]
    page = read_page(scene.collector.client, f"{scene.page}/objects/{found['id']}")
    assert "基准分 信号级别：严重 100" in page.text
    assert "发现 22 秒 后确认，不超过 1 分：占比 × 系数 = 0.4 × 1 40" in page.text
    assert "处置 25 秒 后消除，不超过 10 分：占比 × 系数 = 0.6 × 1 60" in page.text
    assert "得分 合计 100，按绝对值进一 100" in page.text
    order = ["攻击动作开始", "代理看到", "收集器收到", "有人确认 loopback", "首次快照中已不存在", "连续第二次快照"]
    places = [page.text.index(word) for word in order]
    assert places == sorted(places)


def test_an_object_shows_its_evidence_and_how_the_host_was_before(scene: Scene) -> None:
    found = scene.objects()["toor"]
    page = read_page(scene.collector.client, f"{scene.page}/objects/{found['id']}")
    assert scene.web.reference is not None
    assert scene.web.reference[:12] in page.text
    assert "users[name=toor]" in page.text
    assert '{"name": "toor", "uid": 0}' in page.text
    assert "没有差异可示" not in page.text
    assert "/etc/x:1" in page.text


def test_an_object_is_marked_as_nothing_and_the_mark_is_taken_back(scene: Scene) -> None:
    found = scene.objects()["toor"]
    page = f"{scene.page}/objects/{found['id']}"
    assert scene.post("false-positives", found=found["id"], reason="值班账号").headers["location"] == page
    marked = read_page(scene.collector.client, page)
    assert "不计分 已标记为误报 0" in marked.text
    assert "标记为误报 loopback 值班账号" in marked.text
    desk = read_page(scene.collector.client, f"{scene.page}/desk")
    number = desk.source.split('name="number" value="')[1].split('"')[0]
    assert scene.post("withdrawn", what="false positive", number=number, reason="查实").status_code == 303
    assert "得分 合计 100" in read_page(scene.collector.client, page).text


def test_the_desk_registers_excludes_freezes_and_writes_all_of_it_down(scene: Scene) -> None:
    client, clock = scene.collector.client, scene.collector.clock
    local = (clock() + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S")
    assert scene.post(
        "stimuli", signal="new-uid-zero", key="evil", t0=local, place=f"host:{scene.mail.host}"
    ).is_redirect
    assert scene.post("excluded", place="unit:u2", reason="停电").is_redirect
    desk = read_page(client, f"{scene.page}/desk")
    assert "乙局 停电" in desk.text
    assert "loopback 登记攻击动作" in desk.text
    assert "已排除：停电" in read_page(client, scene.page).text
    assert scene.post("included", place="unit:u2", reason="来电").is_redirect
    assert scene.post("state", to="frozen", reason="封榜").is_redirect
    frozen = read_page(client, scene.page)
    assert "已封榜：以下是 2026-03-01 16:00:35" in frozen.text
    clock.forward(seconds=5)
    scene.web.see(with_accounts("late"))
    scene.settle()
    assert "late" not in read_page(client, scene.page).text
    assert scene.post("state", to="unfrozen", reason="揭榜").is_redirect
    assert "late" in read_page(client, scene.page).text
    assert scene.post("state", to="closed", reason="收兵").is_redirect
    assert "湛盾演练 已结束" in read_page(client, scene.page).text


@pytest.mark.parametrize(
    ("where", "fields", "said"),
    [
        pytest.param("acknowledged", {"found": "nobody"}, "there is no object 'nobody'", id="an object that is none"),
        pytest.param("false-positives", {"unit": "u1", "reason": " "}, "reason", id="no reason"),
        pytest.param("excluded", {"place": "host:nobody", "reason": "x"}, "nobody", id="a host that is none"),
        pytest.param("excluded", {"place": "", "reason": "x"}, "neither a unit nor a host", id="no place"),
        pytest.param("included", {"place": "unit:u1", "reason": "x"}, "is not excluded", id="nothing to take back"),
        pytest.param(
            "stimuli", {"signal": "x", "place": "unit:u1", "key": "k", "t0": "now"}, "no moment", id="no moment"
        ),
        pytest.param("withdrawn", {"what": "stimulus", "number": "99", "reason": "x"}, "no stimulus", id="no act"),
        pytest.param("state", {"to": "unfrozen", "reason": "x"}, "is not frozen", id="nothing to unfreeze"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_desk(scene: Scene, where: str, fields: dict[str, str], said: str) -> None:
    page = checked(scene.post(where, **fields), 422)
    assert said in page.text
    assert "wrong" in page.ids


@pytest.mark.parametrize("where", ["state", "withdrawn"])
def test_what_no_form_of_ours_sends_is_refused(scene: Scene, where: str) -> None:
    assert scene.post(where, to="destroyed", what="everything", reason="x").status_code == 422


def test_hosts_that_trouble_come_first(scene: Scene) -> None:
    scene.looks(120, scene.web, scene.mail)
    page = read_page(scene.collector.client, f"{scene.page}/hosts")
    assert "监视中 2" in page.text
    assert "滞后 1" in page.text
    assert "待参照 1" in page.text
    places = [page.text.index(name) for name in ("web-2 甲局 滞后", "mail-2 乙局 待参照", "mail-1 乙局 监视中")]
    assert places == sorted(places)


def test_a_drill_or_object_that_is_not_there_is_not_found(scene: Scene) -> None:
    for path in ("/drills/nobody", "/drills/nobody/hosts", "/drills/nobody/desk", f"{scene.page}/objects/nobody"):
        assert "没有找到" in read_page(scene.collector.client, path, 404).text


def test_hostile_names_stay_text(scene: Scene) -> None:
    """Whoever broke in chooses the names that the officer's browser shows."""
    scene.collector.clock.forward(seconds=5)
    scene.web.see(with_accounts(HOSTILE))
    evil = next(one for key, one in scene.objects().items() if HOSTILE in key)
    assert scene.post("false-positives", unit="u1", reason=HOSTILE).is_redirect
    for path in ("", "/hosts", "/desk", f"/objects/{evil['id']}"):
        page = read_page(scene.collector.client, f"{scene.page}{path}")
        assert "<script>alert" not in page.source
    assert HOSTILE in read_page(scene.collector.client, scene.page).text


def test_english_pages_are_english(scene: Scene) -> None:
    for path in ("", "/hosts", "/desk", f"/objects/{scene.objects()['toor']['id']}"):
        page = read_page(scene.collector.client, f"{scene.page}{path}?lang=en")
        assert "Ranking" in page.text or path
        assert "数据截至" not in page.text


@pytest.mark.parametrize(
    "where", ["acknowledged", "false-positives", "stimuli", "withdrawn", "excluded", "included", "state", ""]
)
def test_another_sites_page_can_send_no_form(scene: Scene, where: str) -> None:
    """A signed-in officer looks at a page of the attacker's: it must not be able to take a host out of the drill."""
    client = scene.collector.client
    with scene.collector.services.store.write() as connection:
        accounts.put_administrator(connection, "lin", hash_password("correct horse battery"), scene.collector.clock())
    client.post("/login", data={"name": "lin", "password": "correct horse battery"})
    path = f"{scene.page}/{where}" if where else "/drills"
    assert client.post(path, data={"reason": "x", "to": "closed"}).status_code == 403
    token = client.get("/v1/session").json()["form_token"]
    allowed = client.post(path, data={"reason": "", "to": "closed", "what": "stimulus", "form_token": token})
    assert allowed.status_code in {303, 422}
    client.cookies.clear()
    assert client.post(path, data={"form_token": token}).status_code == 401


def test_who_signed_in_is_who_acted(scene: Scene) -> None:
    client = scene.collector.client
    with scene.collector.services.store.write() as connection:
        accounts.put_administrator(connection, "lin", hash_password("correct horse battery"), scene.collector.clock())
    client.post("/login", data={"name": "lin", "password": "correct horse battery"})
    token = client.get("/v1/session").json()["form_token"]
    assert scene.post("excluded", place="unit:u1", reason="x", form_token=token).is_redirect
    assert "lin 已排除" in read_page(client, f"{scene.page}/desk").text


def test_a_new_host_of_a_unit_is_waited_for(scene: Scene) -> None:
    new_watcher(scene.collector, "u1", hostname="web-9")
    assert "web-9 甲局 待参照" in read_page(scene.collector.client, f"{scene.page}/hosts").text
