"""A drill in full swing, over real check-ins: what pages, metrics and dashboards are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rongdun_collector.store.drill_episodes import due_hosts
from tests.collector.drill.conftest import new_watcher, opened
from tests.collector.drill.watching import Watcher, accounts, listening
from tests.collector.serving import Collector


@dataclass
class Scene:
    """A drill of two units: u1 has two hosts, u2 has one that answers and one that never looked."""

    collector: Collector
    drill: str
    web: Watcher
    silent: Watcher
    mail: Watcher
    late: Watcher

    @property
    def page(self) -> str:
        """Return the address of the drill's page."""
        return f"/drills/{self.drill}"

    def objects(self) -> dict[str, dict[str, Any]]:
        """Return the objects by key, once everything that was received is evaluated."""
        self.settle()
        return {one["key"]: one for one in self.collector.get(f"/v1/drills/{self.drill}/objects")["objects"]}

    def settle(self) -> None:
        """Wait until nothing that was received waits for its evaluation."""

        def done() -> bool:
            with self.collector.services.store.read() as connection:
                return not due_hosts(connection, 1)

        self.collector.settled(done)

    def post(self, where: str, **fields: str) -> Any:
        """Send one of the forms of the drill's pages."""
        return self.collector.client.post(f"{self.page}/{where}", data=fields)

    def looks(self, seconds: float, *watchers: Watcher) -> None:
        """Let time pass, and these hosts look again."""
        self.collector.clock.forward(seconds=seconds)
        for one in watchers:
            one.look_again()


def play(collector: Collector) -> Scene:
    """Play a drill: u1 takes and removes an account in time, u2 misses a stimulus and leaves a port open."""
    drill = opened(collector, units=["u1", "u2"], name="湛盾演练")
    names = ("web-1", "web-2", "mail-1", "mail-2")
    hosts = [
        new_watcher(collector, unit, hostname=name) for unit, name in zip(("u1", "u1", "u2", "u2"), names, strict=True)
    ]
    scene = Scene(collector, drill, *hosts)
    for one in (scene.web, scene.silent, scene.mail):
        one.begin()
    began = collector.clock() + timedelta(seconds=3)
    stimulus = {"t0": began.isoformat(), "signal": "new-uid-zero"}
    collector.clock.forward(seconds=5)
    scene.web.see(accounts("toor"))
    scene.mail.see(listening(4444))
    for more in ({"key": "toor", "host": scene.web.host}, {"key": "ghost", "unit": "u2"}):
        answer = collector.client.post(f"/v1/drills/{drill}/stimuli", json=stimulus | more)
        assert answer.status_code in {200, 201}, answer.text
    toor = scene.objects()["toor"]
    collector.clock.forward(seconds=20)
    taken = scene.post("acknowledged", found=toor["id"])
    assert taken.status_code == 303, taken.text
    collector.clock.forward(seconds=5)
    scene.web.see()
    scene.mail.look_again()
    scene.looks(5, scene.web, scene.mail)
    scene.settle()
    return scene
