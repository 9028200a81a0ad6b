"""From a drill's records to points and figures: nothing lost on the way, nothing counted that is out."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from rongdun_collector.drill.explain import amounts, explain, lasting
from rongdun_collector.drill.figures import Times, host_state, object_state, times, unit_figures
from rongdun_collector.drill.score import score_view
from rongdun_collector.drill.scoring import Scheme, load_scheme
from tests.collector.drill.scoring.conftest import SCHEMES
from tests.collector.drill.views import OPENED, a_drill, a_host, a_miss, a_view, an_exclusion, an_object


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load_scheme(SCHEMES / "first-drill.yaml")


def test_the_worked_example_holds_from_records_on(scheme: Scheme) -> None:
    shell = an_object(id="o2", severity="critical", detect_s=310.0, dispose_s=2000.0)
    view = a_view(objects=(an_object(), shell), missed=(a_miss(unit="u1"),), false_positives={"u1": 3})
    assert score_view(view, scheme).units == {"u1": 64, "u2": 0, "u3": 0}


def test_a_microsecond_beyond_a_limit_is_beyond_it(scheme: Scheme) -> None:
    at = score_view(a_view(objects=(an_object(detect_s=60.0),)), scheme)
    beyond = score_view(a_view(objects=(an_object(detect_s=60.000001),)), scheme)
    assert (at.units["u1"], beyond.units["u1"]) == (50, 46)


def test_what_is_out_does_not_count_and_is_told(scheme: Scheme) -> None:
    """A unit whose power was cut is neither paid nor fined, and everybody can read why."""
    view = a_view(
        objects=(an_object(unit="u3", excluded="停电检修"), an_object(id="o2", false_positive=True)),
        exclusions=(an_exclusion(),),
        false_positives={"u3": 9, "u1": 1},
    )
    score = score_view(view, scheme)
    assert score.units == {"u1": 0, "u2": 0, "u3": 0}
    assert {(line.of and line.of.id): amounts(line) for line in score.lines} == {
        "o1": "Not scored: taken out: 停电检修 = 0",
        "o2": "Not scored: marked as a false alarm = 0",
        None: "False alarms: 1 false alarms, 2 are free, -10 for each beyond = 0; "
        "Points: sum 0, magnitude rounded up = 0",
    }


def test_equal_points_share_a_rank_and_the_next_one_is_skipped(scheme: Scheme) -> None:
    objects = (an_object(), an_object(id="o2", unit="u2"), an_object(id="o3", unit="u4", severity="medium"))
    view = a_view(drill=a_drill(units=("u1", "u2", "u3", "u4")), objects=objects, exclusions=(an_exclusion(),))
    found = unit_figures(view, score_view(view, scheme))
    assert [(one.unit, one.rank, one.points) for one in found] == [
        ("u1", 1, 50),
        ("u2", 1, 50),
        ("u4", 3, 20),
        ("u3", None, 0),
    ]
    assert found[-1].excluded == "停电检修"


def test_figures_of_a_unit(scheme: Scheme) -> None:
    open_since = OPENED + timedelta(minutes=5)
    view = a_view(
        objects=(
            an_object(),
            an_object(id="o2", disposed_at=None, dispose_s=None, detect_s=100.0),
            an_object(id="o3", acknowledged_at=None, detect_s=None, disposed_at=None, dispose_s=None),
            an_object(
                id="o4",
                acknowledged_at=None,
                detect_s=None,
                disposed_at=None,
                dispose_s=None,
                detected_at=open_since,
            ),
            an_object(id="o5", false_positive=True, detect_s=1.0),
            an_object(id="o6", excluded="x", detect_s=1.0, acknowledged_at=None),
        ),
        missed=(a_miss(),),
        hosts=(
            a_host(),
            a_host(host="h2", watching=False),
            a_host(host="h3", watching=False, reference=None, reference_known=False),
            a_host(host="h4", excluded="x"),
        ),
        false_positives={"u1": 1},
    )
    figures = {one.unit: one for one in unit_figures(view, score_view(view, scheme))}
    one = figures["u1"]
    assert one.objects == {
        ("high", "disposed"): 1,
        ("high", "acknowledged"): 1,
        ("high", "unacknowledged"): 2,
        ("high", "false_positive"): 1,
        ("high", "excluded"): 1,
    }
    assert one.counted("unacknowledged", "acknowledged") == 3
    assert one.detect == Times(2, 61.0, 100.0)
    assert one.dispose == Times(1, 540.0, 540.0)
    assert one.waiting_since == {"high": open_since}
    assert one.hosts == {"watching": 1, "lagging": 1, "waiting": 1, "excluded": 1}
    assert (one.false_positives, one.missed, figures["u2"].missed) == (1, 0, 1)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param([], Times(0, None, None), id="none"),
        pytest.param([None], Times(0, None, None), id="none that stopped"),
        pytest.param([5.0], Times(1, 5.0, 5.0), id="one"),
        pytest.param([1.0, None, 3.0], Times(2, 2.0, 3.0), id="two"),
        pytest.param([float(n) for n in range(10, 0, -1)], Times(10, 5.5, 9.0), id="ten: nine of them within"),
        pytest.param([float(n) for n in range(1, 12)], Times(11, 6.0, 10.0), id="eleven"),
    ],
)
def test_median_and_ninetieth_percentile(seconds: list[float | None], expected: Times) -> None:
    assert times(seconds) == expected


def test_what_takes_an_object_out_comes_before_how_far_it_is() -> None:
    assert object_state(an_object(excluded="x", false_positive=True)) == "excluded"
    assert object_state(an_object(false_positive=True)) == "false_positive"
    assert object_state(an_object(acknowledged_at=None)) == "disposed"
    assert host_state(a_host(excluded="x", watching=True)) == "excluded"
    assert host_state(a_host(watching=False, reference_known=False)) == "waiting"


def test_each_step_is_said_in_both_languages(scheme: Scheme) -> None:
    view = a_view(
        drill=a_drill(frozen_at=OPENED),
        objects=(an_object(detect_s=310.5, dispose_s=None, disposed_at=None, not_counted_s=90.0, severity="critical"),),
    )
    (line,) = score_view(view, scheme).lines
    assert [(row.what[0], row.how[0], row.amount) for row in explain(line)] == [
        ("封榜", "截至 2026-03-01 09:00:00", None),
        ("基准分", "信号级别：严重", "100"),
        ("不计时", "失联或代理不可见 1 分 30 秒，已从用时中扣除", None),
        ("发现", "5 分 10.5 秒 后确认，不超过 15 分：占比 × 系数 = 0.4 × 0.5", "20"),
        ("处置", "尚未消除，此项不得分", "0"),
        ("得分", "合计 20，按绝对值进一", "20"),
    ]
    assert amounts(line).endswith(
        "Disposal: not gone, which earns nothing = 0; Points: sum 20, magnitude rounded up = 20"
    )


def test_other_lines_are_said_too(scheme: Scheme) -> None:
    view = a_view(
        objects=(an_object(severity="low"), an_object(id="o2", detect_s=9000.0, dispose_s=99999.0)),
        missed=(a_miss(),),
    )
    said = [[row.how for row in explain(line)] for line in score_view(view, scheme).lines]
    flat = [text for rows in said for text in rows]
    assert ("计分规则未给“低”级信号定分", "the scheme gives no points for severity low") in flat
    assert ("已登记的攻击动作未被发现", "a registered stimulus that nothing was found for") in flat
    late = "gone after 1 d 3 h 46 min 39 s, beyond every limit: share × factor = 0.6 × 0"
    assert late in [english for _, english in flat]


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        pytest.param(Fraction(0), "0 秒", "0 s", id="nothing"),
        pytest.param(Fraction(60), "1 分", "1 min", id="a minute"),
        pytest.param(Fraction(601, 10), "1 分 0.1 秒", "1 min 0.1 s", id="and a tenth"),
        pytest.param(Fraction(90061), "1 天 1 小时 1 分 1 秒", "1 d 1 h 1 min 1 s", id="all units"),
    ],
)
def test_spans_are_said_exactly(seconds: Fraction, zh: str, en: str) -> None:
    assert lasting(seconds) == (zh, en)
