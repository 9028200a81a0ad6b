"""Points by API, as CSV and as metrics: the same figures everywhere, and no more series than are promised."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rongdun_collector.metrics import SOURCES
from tests.collector.drill.conftest import PACK, new_watcher, opened, with_units
from tests.collector.drill.scene import Scene, play
from tests.collector.drill.scoring.conftest import SCHEMES
from tests.collector.drill.watching import accounts, listening
from tests.collector.serving import START, Collector
from tests.lab.prometheus import promtool

METRICS = [metric for metrics in SOURCES.values() for metric in metrics]
PER_DRILL = sum(metric.per_drill for metric in METRICS)
PER_UNIT = sum(metric.per_drill_unit for metric in METRICS)


@pytest.fixture
def scene(serve: Callable[..., Collector]) -> Scene:
    """Return a drill in full swing."""
    return play(with_units(serve(drill_packs=(PACK,))))


def score(scene: Scene, **asked: str) -> Any:
    scene.settle()
    return scene.collector.get(f"/v1/drills/{scene.drill}/score", **asked)


def series(scene: Scene) -> dict[tuple[str, ...], float]:
    """Series of drills: name, then the labels that tell them apart."""
    scene.settle()
    found = {}
    for family in text_string_to_metric_families(scene.collector.client.get("/metrics").text):
        for sample in family.samples:
            if "drill" in sample.labels:
                rest = [value for label, value in sorted(sample.labels.items()) if label != "drill"]
                found[sample.name, *rest] = sample.value
    return found


def test_points_come_with_their_units_lines_and_scheme(scene: Scene) -> None:
    found = score(scene)
    assert [(one["unit"], one["rank"], one["points"]) for one in found["units"]] == [("u1", 1, 100), ("u2", 2, 0)]
    assert found["units"][0]["objects"] == {"disposed": 1}
    assert found["units"][0]["detect_s"] == {"count": 1, "median": 22.0, "p90": 22.0}
    assert found["scheme"]["id"] == "first-drill"
    toor = next(line for line in found["lines"] if line["key"] == "toor")
    assert (toor["id"], toor["points"], toor["missed"]) == (scene.objects()["toor"]["id"], 100, False)
    assert [step["kind"] for step in toor["trace"]] == ["base", "clock", "clock", "rounded"]
    assert toor["trace"][1]["seconds"] == "22"


def test_a_line_can_be_recomputed_by_hand_from_the_answer_alone(scene: Scene) -> None:
    """Whoever audits the drill has the answer and a pencil."""
    for line in score(scene)["lines"]:
        parts = [step for step in line["trace"] if step["kind"] == "clock"]
        base = next(step for step in line["trace"] if step["kind"] == "base")
        for step in parts:
            assert float(step["amount"]) == float(base["points"]) * float(step["share"]) * float(step["factor"])
        assert line["points"] == sum(float(step["amount"]) for step in parts)


def an_hour(scene: Scene) -> None:
    """Let an hour pass in which a host of u2 looks: what it does not find is missed."""
    for _ in range(121):
        scene.looks(30, scene.mail)


def test_a_miss_and_false_alarms_cost_what_the_scheme_says(scene: Scene) -> None:
    an_hour(scene)
    for _ in range(3):
        assert scene.post("false-positives", unit="u1", reason="误判").is_redirect
    found = score(scene)
    assert {one["unit"]: one["points"] for one in found["units"]} == {"u1": 90, "u2": -20}
    miss = next(line for line in found["lines"] if line["missed"])
    assert (miss["key"], miss["host"], miss["points"]) == ("ghost", None, -20)
    alarms = next(line for line in found["lines"] if line["id"] is None)
    assert (alarms["unit"], alarms["points"], alarms["trace"][0]["count"]) == ("u1", -10, 3)


def test_a_frozen_score_stays_and_goes_on_afterwards(scene: Scene) -> None:
    before = score(scene)
    assert scene.post("state", to="frozen", reason="封榜").is_redirect
    an_hour(scene)
    frozen = score(scene)
    assert frozen["units"] == before["units"]
    assert datetime.fromisoformat(frozen["frozen_at"]) == datetime.fromisoformat(frozen["as_of"])
    assert {line["trace"][0]["kind"] for line in frozen["lines"]} == {"frozen"}
    assert scene.post("state", to="unfrozen", reason="揭榜").is_redirect
    assert score(scene)["units"][1]["points"] == -20


def test_lines_of_one_unit_can_be_asked_for(scene: Scene) -> None:
    found = score(scene, unit="u2")
    assert {line["unit"] for line in found["lines"]} == {"u2"}
    assert len(found["units"]) == 2


def test_the_lines_open_in_spreadsheets(scene: Scene) -> None:
    answer = scene.collector.client.get(f"/v1/drills/{scene.drill}/score.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    toor = next(row for row in rows if row["key"] == "toor")
    assert (toor["unit_name"], toor["hostname"], toor["points"]) == ("甲局", "web-1", "100")
    assert toor["trace"].endswith("Points: sum 100, magnitude rounded up = 100")
    assert sum(int(row["points"]) for row in rows) == sum(one["points"] for one in score(scene)["units"])


def test_a_drill_that_is_not_there_has_no_score(scene: Scene) -> None:
    for path in ("score", "score.csv"):
        assert scene.collector.client.get(f"/v1/drills/nobody/{path}").status_code == 404


def test_a_drill_is_scored_by_the_scheme_that_it_was_opened_with(
    serve: Callable[..., Collector], tmp_path: Any
) -> None:
    """Whoever edits the file in mid-drill changes the next drill, not this one."""
    path = tmp_path / "schemes" / "ours.yaml"
    path.parent.mkdir()
    text = (SCHEMES / "first-drill.yaml").read_text(encoding="utf-8").replace("id: first-drill", "id: ours")
    path.write_text(text.replace("critical: 100", "critical: 1000"), encoding="utf-8")
    collector = with_units(serve(drill_packs=(PACK,), schemes=path.parent))
    host = new_watcher(collector, "u1")

    drill = opened(collector, scheme="ours")
    host.begin()
    collector.clock.forward(seconds=5)
    host.see(accounts("toor"))
    path.write_text(text.replace("critical: 100", "critical: 1"), encoding="utf-8")
    scene = Scene(collector, drill, host, host, host, host)
    found = scene.objects()["toor"]
    assert scene.post("acknowledged", found=found["id"]).is_redirect
    assert score(scene)["units"][0]["points"] == 400


def test_metrics_say_what_the_answer_says(scene: Scene) -> None:
    told = series(scene)
    assert told["rongdun_drill_points", "u1"] == 100
    assert told["rongdun_drill_points", "u2"] == 0
    assert told["rongdun_drill_objects", "critical", "disposed", "u1"] == 1
    assert told["rongdun_drill_objects", "medium", "unacknowledged", "u2"] == 1
    assert told["rongdun_drill_detect_seconds", "50", "u1"] == 22
    assert told["rongdun_drill_dispose_seconds", "90", "u1"] == 25
    assert told["rongdun_drill_hosts", "watching", "u1"] == 2
    assert told["rongdun_drill_waiting_since_timestamp_seconds", "medium", "u2"] == START.timestamp() + 5
    assert told["rongdun_drill_open",] == 1
    assert ("rongdun_drill_detect_seconds", "50", "u2") not in told


def test_more_objects_and_hosts_make_no_more_series_than_promised(scene: Scene) -> None:
    """A worm that opens a thousand ports must not bring Prometheus down."""
    clock = scene.collector.clock
    clock.forward(seconds=5)
    scene.web.see(listening(*range(2000, 2100)), accounts(*(f"evil{n}" for n in range(50))))
    for number in range(5):
        new_watcher(scene.collector, "u2", hostname=f"more-{number}")
    told = series(scene)
    assert told["rongdun_drill_objects", "medium", "unacknowledged", "u1"] == 100
    by_unit = Counter(key[-1] for key in told if key[-1] in {"u1", "u2"})
    assert by_unit.total() + PER_DRILL == len(told)
    assert max(by_unit.values()) <= PER_UNIT
    assert (PER_DRILL, PER_UNIT) == (5, 35)


def test_a_drill_that_is_long_over_has_no_series(scene: Scene) -> None:
    assert scene.post("state", to="closed", reason="收兵").is_redirect
    scene.collector.clock.forward(hours=23)
    assert series(scene)["rongdun_drill_open",] == 0
    scene.collector.clock.forward(hours=2)
    assert series(scene) == {}


def test_promtool_has_nothing_to_say(scene: Scene) -> None:
    said = promtool("check", "metrics", stdin=scene.collector.client.get("/metrics").text)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")
