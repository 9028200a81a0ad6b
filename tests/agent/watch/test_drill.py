"""What is ordered is bounded by the host, and its end does not move with a clock that is set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rongdun_agent.config import DrillBounds, load_config
from rongdun_agent.errors import AgentError
from rongdun_agent.state import State
from rongdun_agent.watch.drill import Drill, Now, accept, current_drill, load_drill, save_drill
from rongdun_agent.watch.triggers import TRIGGERS
from rongdun_contract.wire import DrillOrder

T0 = datetime(2026, 5, 1, 8, tzinfo=UTC)
NOW = Now(wall=T0, boot="b1", boot_s=1000.0)


def order(hours: float = 2, name: str = "spring", sections: tuple[str, ...] = ("accounts",)) -> DrillOrder:
    return DrillOrder(id=name, until=T0 + timedelta(hours=hours), period_s=10, sections=sections)


def taken(of: DrillOrder, bounds: DrillBounds | None = None, now: Now = NOW, held: Drill | None = None) -> Drill:
    drill = accept(of, bounds or DrillBounds(), now, held)
    assert isinstance(drill, Drill), drill
    return drill


def later(seconds: float, clock_set_by: timedelta = timedelta(), boot: str = "b1") -> Now:
    boot_s = 1000 + seconds if boot == "b1" else 10.0
    return Now(T0 + timedelta(seconds=seconds) + clock_set_by, boot, boot_s)


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1), timedelta()], ids=["forward", "back", "none"])
def test_a_clock_that_is_set_neither_ends_nor_prolongs_a_drill(jump: timedelta) -> None:
    drill = taken(order(hours=2))
    assert drill.left_s(later(3600, jump)) == pytest.approx(3600)
    assert drill.left_s(later(7201, jump)) < 0


def test_after_a_boot_the_wall_clock_counts() -> None:
    """The other clock began anew."""
    drill = taken(order(hours=2))
    assert drill.left_s(later(3600, boot="b2")) == pytest.approx(3600)


def test_a_kernel_that_names_no_boot_is_believed_by_its_wall_clock() -> None:
    drill = taken(order(hours=2), now=replace(NOW, boot=""))
    assert drill.left_s(replace(later(3600), boot="")) == pytest.approx(3600)


def test_the_longest_time_counts_from_the_first_order() -> None:
    """A collector that orders the same drill again and again does not get more than the host allows."""
    bounds = DrillBounds(longest_s=3600)
    drill = taken(order(hours=9), bounds)
    assert drill.left_s(NOW) == 3600
    again = taken(order(hours=20), bounds, later(1800), drill)
    assert again.left_s(later(1800)) == pytest.approx(1800)


def test_an_order_that_is_repeated_changes_nothing() -> None:
    """It comes with every answer, and must not be written to disk each time."""
    drill = taken(order()).pinned("ab" * 32)
    assert taken(order(), now=later(60), held=drill) == drill
    assert taken(order(), now=later(60, timedelta(hours=1)), held=drill) == drill


def test_another_order_forgets_the_reference() -> None:
    drill = taken(order()).pinned("ab" * 32)
    assert taken(order(name="autumn"), held=drill).reference is None


def test_an_order_of_no_sections_means_those_that_answer_in_seconds() -> None:
    assert set(taken(order(sections=())).sections) == set(TRIGGERS)


@pytest.mark.parametrize(
    ("of", "bounds", "why"),
    [
        pytest.param(order(hours=-1), DrillBounds(), "over", id="over"),
        pytest.param(order(), DrillBounds(enabled=False), "drill.enabled", id="switched off"),
        pytest.param(order(sections=("walk",)), DrillBounds(), "none of the sections", id="only the walk"),
        pytest.param(order(), DrillBounds(sections=("sudo",)), "none of the sections", id="left out by the host"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(of: DrillOrder, bounds: DrillBounds, why: str) -> None:
    refused = accept(of, bounds, NOW, None)
    assert isinstance(refused, str)
    assert why in refused


def test_it_survives_on_disk(tmp_path: Path) -> None:
    state = State(tmp_path)
    drill = taken(order(sections=("accounts", "tea_leaves"))).pinned("ab" * 32)
    save_drill(state, drill, NOW)
    assert load_drill(state) == drill
    assert current_drill(state, later(60)) == drill


def test_one_that_is_over_is_forgotten(tmp_path: Path) -> None:
    state = State(tmp_path)
    save_drill(state, taken(order()), NOW)
    assert current_drill(state, later(7300)) is None
    assert not (tmp_path / "drill").exists()


@pytest.mark.parametrize("content", ["", "[]", '{"id": "x"}', '{"id": "x", "colour": 1}', "\x00" * 50])
def test_a_damaged_file_is_no_drill(tmp_path: Path, content: str) -> None:
    (tmp_path / "drill.json").write_text(content)
    assert load_drill(State(tmp_path)) is None


@pytest.mark.parametrize(
    "line", ["longest_s = 1", "longest_s = 1000000000000", "period_min_s = 0", "colour = 1", 'sections = "accounts"']
)
def test_a_wrong_setting_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "agent.toml"
    path.write_text(f"[drill]\n{line}\n")
    with pytest.raises(AgentError, match=r"drill.*period_min_s"):
        load_config(path)
