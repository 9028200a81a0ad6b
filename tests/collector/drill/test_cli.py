"""rongdun-collector drill, over the database of a collector that runs, and of one that does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from rongdun_collector.cli import main
from tests.collector.drill.conftest import PACK
from tests.collector.drill.test_flow import objects
from tests.collector.drill.watching import Watcher, accounts
from tests.collector.serving import Collector

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(database_url: str, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return `command("list")`: the exit status, standard output and standard error of a drill command."""

    def run(*arguments: str) -> tuple[int, str, str]:
        action, *rest = arguments
        status = main(["drill", action, *rest, "--database", database_url])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_a_drill_by_commands(
    drilled: Collector, watcher: Callable[..., Watcher], command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands run beside the collector: it notices within seconds what they changed."""
    clock, host = drilled.clock, watcher()
    monkeypatch.setattr("rongdun_collector.cli.drill.utc_now", clock)
    status, out, _ = command(
        "open", "演练", "--unit", "甲局", "--for", "8h", "--pack", str(PACK), "--scheme", "first-drill"
    )
    assert status == 0
    drill = re.findall(r"drill ([0-9a-f]{12}) is open", out)[0]
    drilled.settled(lambda: host.see().drill is not None)
    host.begin()
    clock.forward(seconds=5)
    host.see(accounts("toor"))
    [found] = objects(drilled, drill)
    assert command("acknowledge", drill, found["id"])[0] == 0
    assert command("stimulus", drill, "--unit", "u1", "--signal", "new-uid-zero", "--key", "nobody")[0] == 0
    assert command("false-positive", drill, "--unit", "u1", "--reason", "查无此事")[0] == 0
    assert command("exclude", drill, "--host", host.host, "--reason", "维护")[0] == 0
    assert "excluded: 维护" in command("show", drill)[1]
    drilled.settled(lambda: host.look_again(clock.forward(seconds=1)).drill is None)
    assert command("exclude", drill, "--host", host.host, "--reason", "完成", "--again")[0] == 0
    out = command("show", drill)[1]
    assert re.search(rf"{found['id']} .*new-uid-zero +toor", out)
    assert "excluded" not in out
    assert "first-drill" in command("score", drill)[1]
    assert command("freeze", drill)[0] == 0
    assert "(frozen)" in command("show", drill)[1]
    assert command("unfreeze", drill, "--reason", "揭榜")[0] == 0
    assert command("recompute", drill)[0] == 0
    assert command("close", drill)[0] == 0
    assert re.search(rf"{drill} +ended .*演练 +u1", command("list")[1])
    acts = command("acts", drill)[1]
    order = [
        "opened",
        "acknowledged",
        "stimulus",
        "false positive",
        "excluded",
        "included",
        "frozen",
        "unfrozen",
        "closed",
    ]
    assert [line.split("(command)")[1].split("  ")[1].strip() for line in acts.splitlines()[1:-1]] == order


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("show", "nothing"), "there is no drill 'nothing': see: rongdun-collector drill list", id="show"),
        pytest.param(("close", "nothing"), "there is no drill 'nothing'", id="close"),
        pytest.param(
            ("open", "x", "--unit", "u9", "--for", "1h", "--pack", str(PACK)), "there is no unit 'u9'", id="unit"
        ),
        pytest.param(("open", "x", "--unit", "u1", "--for", "1h", "--pack", "no"), "there is no pack 'no'", id="pack"),
        pytest.param(
            ("open", "x", "--unit", "u1", "--for", "1h", "--pack", str(PACK), "--scheme", "no"),
            "there is no scheme 'no'",
            id="scheme",
        ),
        pytest.param(
            ("open", "x", "--unit", "u1", "--for", "1h", "--pack", str(Path(__file__).parents[1] / "rules/pack")),
            "is of kind baseline",
            id="another kind of pack",
        ),
        pytest.param(
            ("open", "x", "--unit", "u1", "--for", "99d", "--pack", str(PACK)), "not within 60 days", id="too long"
        ),
        pytest.param(
            ("open", "x", "--unit", "u1", "--for", "1h", "--pack", str(PACK), "--period-s", "0.1"), "0.1 s", id="period"
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    drilled: Collector, command: Command, arguments: tuple[str, ...], said: str
) -> None:
    status, _, error = command(*arguments)
    assert status == 2
    assert said in error
    assert drilled.get("/v1/drills")["drills"] == []


def test_times_without_a_zone_are_refused(command: Command) -> None:
    with pytest.raises(SystemExit):
        command("open", "x", "--unit", "u1", "--until", "2026-03-01T10:00:00")


def test_a_drill_is_as_long_as_asked(drilled: Collector, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rongdun_collector.cli.drill.utc_now", drilled.clock)
    assert command("open", "x", "--unit", "u1", "--for", "90m", "--pack", str(PACK))[0] == 0
    [one] = drilled.get("/v1/drills")["drills"]
    assert one["until"].startswith((drilled.clock() + timedelta(minutes=90)).strftime("%Y-%m-%dT%H:%M:%S"))


def test_names_do_nothing_to_a_terminal(
    drilled: Collector,
    open_drill: Callable[..., str],
    watcher: Callable[..., Watcher],
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever breaks into a host chooses what his things are called: they must not hide a row, or add one."""
    monkeypatch.setattr("rongdun_collector.cli.drill.utc_now", drilled.clock)
    host, drill = watcher(), open_drill()
    host.begin()
    drilled.clock.forward(seconds=5)
    host.see(accounts("a\x1b[2J\nb"))
    objects(drilled, drill)
    assert "a\\x1b[2J\\nb" in command("show", drill)[1]
