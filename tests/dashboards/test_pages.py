"""Every panel shows something, every page is what its code builds, every alert fires and keeps quiet when it should."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dashboards.build import FOLDER, PAGES, render
from tests.lab.missing import need_program
from tests.lab.prometheus import Prometheus

ALERTS = FOLDER.parent / "alerts"
DRAWN = frozenset(("stat", "timeseries", "table", "bargauge", "row", "text"))
"""Panel types that the laboratory can draw, so that somebody has seen the page."""
VARIABLES = {"$unit": ".*", "$system": ".*", "$level": ".*", "$clause_level": "3", "$drill": "演练"}
LABEL_VALUES = re.compile(r"label_values\((?P<series>.+), (?P<label>\w+)\)")


def page(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return parsed


def panels(name: str) -> list[dict[str, Any]]:
    found = []
    for panel in page(name)["panels"]:
        found += [panel, *panel.get("panels", ())]
    return found


def queries() -> list[Any]:
    return [
        pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")
        for name in PAGES
        for panel in panels(name)
        for target in panel.get("targets", ())
    ]


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_what_its_code_builds(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == render(name), "run `make generate`"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_uses_panels_that_were_seen_drawn(name: str) -> None:
    assert {panel["type"] for panel in panels(name)} <= DRAWN


@pytest.mark.parametrize("expression", queries())
def test_each_query_returns_data(scraped: Prometheus, expression: str) -> None:
    """A panel without data is a question that nobody can answer at three in the morning."""
    for variable, value in VARIABLES.items():
        expression = expression.replace(variable, value)
    assert scraped.query(expression), expression


@pytest.mark.parametrize("name", PAGES)
def test_each_variable_offers_values(scraped: Prometheus, name: str) -> None:
    asked = [v["query"] for v in page(name)["templating"]["list"] if v["type"] == "query"]
    for query in asked:
        match = LABEL_VALUES.fullmatch(query if isinstance(query, str) else query["query"])
        assert match, query
        assert {row["metric"].get(match["label"]) for row in scraped.query(match["series"])} - {None}


def test_the_worst_come_first(scraped: Prometheus) -> None:
    """host-0 lets root in with an empty password; if it did not stand first, the page would mislead."""
    worst = next(p for p in panels("posture.json") if p["title"].startswith("得分最低的主机"))
    expression = worst["targets"][0]["expr"]
    for variable, value in VARIABLES.items():
        expression = expression.replace(variable, value)
    rows = sorted(scraped.query(expression), key=lambda row: float(row["value"][1]))
    assert rows[0]["metric"]["hostname"] == "host-0"


def test_alert_rules_are_valid() -> None:
    program = need_program("promtool", "prometheus")
    done = subprocess.run(
        [program, "check", "rules", ALERTS / "rongdun.rules.yml"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_alerts_fire_when_they_should_and_only_then() -> None:
    program = need_program("promtool", "prometheus")
    done = subprocess.run(
        [program, "test", "rules", ALERTS / "rongdun.test.yml"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_is_tested() -> None:
    """One that no test names may never fire, and nobody would know."""
    rules = (ALERTS / "rongdun.rules.yml").read_text(encoding="utf-8")
    tests = (ALERTS / "rongdun.test.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"alert: (\w+)", rules))
    assert named
    assert {name for name in named if f"alertname: {name}" not in tests} == set()


def test_alerts_use_metrics_that_exist(scraped: Prometheus) -> None:
    text = (ALERTS / "rongdun.rules.yml").read_text(encoding="utf-8")
    used = set(re.findall(r"\brongdun_[a-z_]+\b", text)) - {"rongdun_collector"}
    known = {row["metric"]["__name__"] for row in scraped.query('{__name__=~"rongdun_.+"}')}
    assert used <= known, used - known


def test_folder_holds_nothing_else() -> None:
    assert {path.name for path in Path(FOLDER).glob("*.json")} == set(PAGES)
