"""The list of hosts: search, filter, sort, page through, CSV."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.collector.agents import Agent
from tests.collector.console.conftest import Fleet
from tests.collector.console.html_page import HtmlPage, read_page


def hosts_in(page: HtmlPage) -> list[str]:
    """Ids of the hosts of a list, in its order."""
    found = [link.removeprefix("/hosts/") for link in page.links if link.startswith("/hosts/") and link.count("/") == 2]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("", ["spoilt", "silent", "new", "good"], id="all by name"),
        pytest.param("q=CAM", ["spoilt", "silent"], id="part of a name in any case"),
        pytest.param("q=%25", [], id="a wildcard is a letter"),
        pytest.param("unit=u2&presence=silent", ["silent"], id="of a unit and silent"),
        pytest.param("order=score", ["spoilt"], id="worst first"),
        pytest.param("order=seen", ["silent"], id="longest silent first"),
        pytest.param("failing=root-login-off", ["spoilt"], id="those that fail a rule"),
        pytest.param("failing=no-such-rule", [], id="a rule that is none"),
        pytest.param("conflict=true", [], id="in conflict"),
        pytest.param("level=2&q=&unit=&presence=&order=nonsense", ["spoilt", "silent"], id="empty fields mean nothing"),
    ],
)
def test_hosts_are_found(fleet: Fleet, query: str, names: list[str]) -> None:
    found = hosts_in(read_page(fleet.collector.client, f"/hosts?{query}"))
    wanted = [getattr(fleet, name).host for name in names]
    assert found[: len(wanted)] == wanted
    if "order" not in query or "level" in query:
        assert len(found) == len(wanted)


def test_a_long_list_comes_in_pages(fleet: Fleet, new_machine: Callable[..., Agent]) -> None:
    for number in range(50):
        new_machine(hostname=f"node-{number:02}", machine_id=f"{number + 16:032x}")
    first = read_page(fleet.collector.client, "/hosts?q=-")
    assert len(hosts_in(first)) == 50
    assert "/hosts?q=-&page=2" in first.links
    second = read_page(fleet.collector.client, "/hosts?q=-&page=2")
    assert len(hosts_in(second)) == 4
    assert not set(hosts_in(first)) & set(hosts_in(second))
    assert hosts_in(read_page(fleet.collector.client, "/hosts?page=9")) == []


def test_the_list_opens_in_spreadsheets(fleet: Fleet) -> None:
    answer = fleet.collector.client.get("/hosts.csv?unit=u2")
    assert answer.content.startswith(b"\xef\xbb\xbfid,")
    lines = answer.text.splitlines()
    assert len(lines) == 3
    assert f"{fleet.silent.host},cam-2,市公安局,视频网,2,silent,2026-03-01 16:00:00,100.0" in lines[2]
