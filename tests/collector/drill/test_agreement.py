"""Several collectors over one database, hosts that report to either: one journal, one result, whoever computed it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import httpx

from rongdun_collector.store.drill_episodes import forget
from tests.collector.drill.test_flow import objects, settle
from tests.collector.drill.watching import Watcher, accounts, listening
from tests.collector.serving import Collector

STEPS = 25


def live(host: Watcher, collectors: list[Collector], seed: int, failures: list[BaseException]) -> None:
    """Let a host change, look again and send again by chance, now to this collector and now to that."""
    chance = random.Random(seed)  # noqa: S311 - a test's chance
    clients = [httpx.Client(base_url=one.url, timeout=30) for one in collectors]
    try:
        for _ in range(STEPS):
            collectors[0].clock.forward(seconds=chance.choice([0, 1, 5, 40]))
            host.agent.client = chance.choice(clients)
            act = chance.random()
            if act < 0.2:
                host.send_again()
            elif act < 0.5:
                host.look_again()
            else:
                host.see(accounts(*chance.sample("abc", chance.randrange(3))), listening(*chance.sample([1, 2], 1)))
    except BaseException as error:  # noqa: BLE001 - told below
        failures.append(error)
    for client in clients:
        client.close()


def test_whoever_computes_it_the_result_is_the_same(
    serve: Callable[..., Collector], drilled: Collector, open_drill: Callable[..., str], watcher: Callable[..., Watcher]
) -> None:
    drill = open_drill()
    other = serve(drill_packs=drilled.services.settings.drill_packs)
    hosts = [watcher() for _ in range(4)]
    for host in hosts:
        host.begin()
    failures: list[BaseException] = []
    lives = [(host, [drilled, other], seed, failures) for seed, host in enumerate(hosts)]
    threads = [threading.Thread(target=live, args=one) for one in lives]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    found = objects(drilled, drill)
    assert len(found) > 4
    assert objects(other, drill) == found
    with drilled.services.store.write() as connection:
        forget(connection, drill)
    assert objects(drilled, drill) == found
    settle(other)
    for collector in (drilled, other):
        assert collector.services.drills.counts.failures == 0
        assert collector.services.writer.counts.failures == 0
