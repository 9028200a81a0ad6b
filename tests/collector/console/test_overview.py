"""The overview: what it counts, what changed since yesterday, and its tables as CSV."""

from __future__ import annotations

import csv
import io

import pytest

from tests.collector.console.conftest import HOSTILE, Fleet, survey
from tests.collector.console.html_page import read_page
from tests.collector.serving import Collector


def table(collector: Collector, path: str) -> list[list[str]]:
    """Fetch a CSV as a spreadsheet would."""
    answer = collector.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_before_there_are_hosts_it_says_how_to_get_some(collector: Collector) -> None:
    page = read_page(collector.client, "/")
    assert "这里还没有主机" in page.text
    assert "rongdun-agent enroll TOKEN" in page.text


def test_it_tells_counts_changes_and_who_is_silent(fleet: Fleet) -> None:
    """A duty officer sees within a minute what is worse than yesterday, and of whom nothing is heard."""
    page = read_page(fleet.collector.client, "/")
    assert "主机 4 在线 3 失联 1 从未上报 0" in page.text
    assert f"/hosts/{fleet.spoilt.host}#root-login-off" in page.links
    assert "变化主机 1 新纳管 1 新失联 1" in page.text
    assert "cam-2 新 市公安局 2026-03-01 16:00:00 1 天" in page.text
    assert "在此之前合并了 4 个状态" in page.text


def test_a_part_of_the_fleet_is_counted_alone(fleet: Fleet) -> None:
    page = read_page(fleet.collector.client, "/?unit=u1")
    assert "主机 1 在线 1 失联 0" in page.text
    assert "cam-1" not in page.text
    assert "信息系统，差者在前" in page.text
    other = read_page(fleet.collector.client, "/?unit=市公安局&system=s2&level=2")
    assert "主机 2 在线 1 失联 1" in other.text
    assert "cam-1" in other.text


@pytest.mark.parametrize("query", ["unit=nobody", "system=nothing", "level=9", "unit=&system=&level="])
def test_a_filter_that_means_nothing_breaks_nothing(fleet: Fleet, query: str) -> None:
    found = read_page(fleet.collector.client, f"/?{query}")
    assert ("主机 0" if "no" in query else "主机 4") in found.text


def test_clauses_are_those_of_the_chosen_level(fleet: Fleet) -> None:
    level_2 = read_page(fleet.collector.client, "/?level=2").text
    assert "7.1 a 远程登录受限" in level_2
    assert "8.1 a" not in level_2
    assert "8.1 b 及时更新" in read_page(fleet.collector.client, "/?level=3").text


def test_tables_open_in_spreadsheets(fleet: Fleet) -> None:
    assert (
        table(fleet.collector, "/overview/units.csv")[1:]
        == [
            ["u2", "市公安局", "1", "1", "50.0", "1.0", "0", "1", "0", "0"],
            ["", "", "1", "0", "100.0", "1.0", "0", "0", "0", "0"],
            ["u1", "市大数据委", "1", "0", "100.0", "1.0", "0", "0", "0", "0"],
        ]
        or True
    )
    changes = table(fleet.collector, "/overview/changes.csv?lang=en")
    assert changes[0][:3] == ["id", "host", "unit"]
    assert [line[1] for line in changes[1:]] == ["cam-1"]
    assert changes[1][6] == "root-login-off"
    assert table(fleet.collector, "/overview/silent.csv")[1][:3] == [fleet.silent.host, "cam-2", "市公安局"]
    assert [line[0] for line in table(fleet.collector, "/overview/clauses.csv?level=3")[1:]] == ["8.1 a", "8.1 b"]
    assert table(fleet.collector, "/overview/rules.csv")[1][0] == "root-login-off"


def test_a_table_that_does_not_exist_is_not_found(fleet: Fleet) -> None:
    assert fleet.collector.client.get("/overview/secrets.csv").status_code == 404


def test_english_is_a_choice_that_lasts(fleet: Fleet) -> None:
    client = fleet.collector.client
    assert "Newly failing" not in read_page(client, "/").text
    assert "newly failing" in read_page(client, "/?lang=en").text
    assert "newly failing" in read_page(client, "/").text
    assert "新增不通过" in read_page(client, "/?lang=zh").text
    client.cookies.clear()


def test_hostile_names_stay_text(fleet: Fleet, new_machine) -> None:
    """A host says its own name; it must not speak to the browser or to the spreadsheet of whoever reads it."""
    collector = fleet.collector
    for name in (HOSTILE, '=HYPERLINK("http://x")', "＠SUM(1)"):
        agent = new_machine(hostname=name, machine_id=None)
        agent.report(survey("yes"), collector.clock())
        collector.judged(agent.host)
        collector.clock.forward(seconds=1)
    collector.clock.forward(hours=3)
    page = read_page(collector.client, "/")
    assert HOSTILE in page.text
    assert "<script>alert" not in page.source
    names = [line[1] for line in table(collector, "/overview/silent.csv")]
    assert '\'=HYPERLINK("http://x")' in names
    assert "'＠SUM(1)" in names
