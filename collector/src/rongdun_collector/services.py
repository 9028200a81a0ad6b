"""Everything a request may need, built once by `app.build` and passed down; nothing of it is global."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from rongdun_collector.assessment.assessor import Assessor
from rongdun_collector.assessment.judge import Judge
from rongdun_collector.assessment.overview import Overview
from rongdun_collector.assessment.ruleset import Ruleset
from rongdun_collector.background import Background
from rongdun_collector.config import Settings
from rongdun_collector.counts import OwnCounts
from rongdun_collector.devices.links import LinkReader
from rongdun_collector.devices.view import take_wire
from rongdun_collector.devices.wire import Wire
from rongdun_collector.drill.background import DrillBackground
from rongdun_collector.drill.evaluation import Evaluation
from rongdun_collector.drill.orders import Orders
from rongdun_collector.drill.scored import ScoredDrills
from rongdun_collector.ingest.writer import Writer
from rongdun_collector.signin.passwords import SignInDesk
from rongdun_collector.store.hosts import all_hosts
from rongdun_collector.store.store import Store


@dataclass(frozen=True)
class Services:
    """The parts of a running collector."""

    settings: Settings
    store: Store
    ruleset: Ruleset
    judge: Judge
    assessor: Assessor
    writer: Writer
    background: Background
    drills: DrillBackground
    scored: ScoredDrills
    overview: Overview
    links: LinkReader
    sign_in_desk: SignInDesk
    counts: OwnCounts
    now: Callable[[], datetime]

    @property
    def heard_since(self) -> datetime:
        """A host that was not heard of since then is silent."""
        return self.now() - self.silent_after

    @property
    def silent_after(self) -> timedelta:
        """How long a host may say nothing before it is silent."""
        return timedelta(seconds=self.settings.silent_after_s)

    @property
    def instance(self) -> str:
        """The name of this process among several over one database."""
        return f"{socket.gethostname()}:{self.settings.port}"

    @property
    def session_idle(self) -> timedelta:
        """After how long without a request a sign-in ends."""
        return timedelta(seconds=self.settings.session_idle_s)

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach us over TLS."""
        return self.settings.certificate is not None or self.settings.behind_tls_proxy

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; the prefix makes browsers refuse one that somebody else set."""
        return "__Host-rongdun" if self.is_secure else "rongdun"

    def wire(self) -> Wire:
        """What is known now of the watched segments."""
        with self.store.read() as connection:
            return take_wire(connection, self.links, all_hosts(connection, self.heard_since))

    @property
    def running(self) -> bool:
        """Whether check-ins are recorded and hosts judged."""
        return self.writer.running and self.background.running and self.drills.running

    async def start(self) -> None:
        """Begin to record and to judge; the rules of the process that starts last are in force."""
        await run_in_threadpool(self.assessor.put_in_force, self.now())
        await run_in_threadpool(self.drills.orders.refresh, self.now())
        self.background.start()
        self.drills.start()
        self.writer.start()

    async def stop(self) -> None:
        """Record what waits, end what runs, close the database."""
        await self.writer.stop()
        await self.background.stop()
        await self.drills.stop()
        await run_in_threadpool(self.store.close)


def build_services(settings: Settings, store: Store, ruleset: Ruleset, now: Callable[[], datetime]) -> Services:
    """Put the parts together; nothing runs before `start`."""
    judge = Judge(ruleset)
    assessor = Assessor(store, judge)
    background = Background(store, assessor, now, timedelta(seconds=settings.session_idle_s))
    drills = DrillBackground(Orders(store), Evaluation(store), now)
    writer = Writer(store, now, settings.interval_s, background.changed, drills.orders.part, drills.looked)
    return Services(
        settings,
        store,
        ruleset,
        judge,
        assessor,
        writer,
        background,
        drills,
        ScoredDrills(),
        Overview(),
        LinkReader(),
        SignInDesk(store, now),
        OwnCounts(),
        now,
    )


def services_of(request: Request) -> Services:
    """The services of the application that serves this request."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(services_of)]
