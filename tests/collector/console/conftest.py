"""A small fleet that the pages are about: reported by real check-ins, judged by the tests' own rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from rongdun_collector.store import register
from rongdun_contract.documents import Section, Survey, Unavailable, section_of
from rongdun_contract.wire import Gap, Health, ProbeHealth
from tests.collector.agents import Agent, enrol, section
from tests.collector.conftest import make_token
from tests.collector.serving import Collector

HOSTILE = "<script>alert(1)</script>\"'&"


def sshd(root_login: str, *, where: str = "/etc/ssh/sshd_config:3", overrides: tuple[str, ...] = ()) -> Section:
    """Return an sshd section that says this of root, from this place."""
    facts = {"installed": True, "contexts": [{"name": "base", "permit_root_login": root_login}]}
    sources = {"": {"where": where}}
    if overrides:
        sources["contexts[0].permit_root_login"] = {"where": where, "overrides": list(overrides)}
    return section_of(1, facts, sources)


def survey(root_login: str = "no", forwards: str = "0", **parts: Section | Unavailable) -> Survey:
    """Return what a host may say."""
    running = {"parameters": {"net.ipv4.ip_forward": {"running": forwards}}}
    named = {"id": "debian", "id_like": [], "version_id": "12", "pretty_name": "Debian 12"}
    return {"sshd": sshd(root_login), "sysctl": section(running, "/proc/sys"), "os": section(named), **parts}


@dataclass
class Fleet:
    """Three hosts of two units, and one that is new."""

    collector: Collector
    good: Agent
    spoilt: Agent
    silent: Agent
    new: Agent

    @property
    def agents(self) -> tuple[Agent, ...]:
        """Return all of them."""
        return self.good, self.spoilt, self.silent, self.new


@pytest.fixture
def fleet(collector: Collector) -> Fleet:
    """Return a fleet with two days of history: one host was spoilt, one fell silent, one is new."""
    clock = collector.clock
    with collector.services.store.write() as connection:
        register.put_units(connection, [register.Unit("u1", "市大数据委"), register.Unit("u2", "市公安局")])
        register.put_systems(
            connection,
            [register.System("s1", "政务云", "u1", 3, critical=True), register.System("s2", "视频网", "u2", 2)],
        )

    def machine(name: str, system: str | None, unit: str | None, letter: str) -> Agent:
        token = make_token(collector, unit=unit, system=system)
        return enrol(collector.client, token, hostname=name, machine_id=letter * 32)

    good, spoilt, silent = (
        machine("web-1", "s1", "u1", "a"),
        machine("cam-1", "s2", "u2", "b"),
        machine("cam-2", "s2", "u2", "c"),
    )
    for agent in (good, spoilt, silent):
        agent.report(survey(), clock())
        collector.judged(agent.host)
    clock.forward(hours=25)
    new = machine("fresh-1", None, None, "d")
    probes = {"sshd": ProbeHealth(seconds=0.01), "mounts": ProbeHealth(seconds=9.5, error="TookTooLong: /srv")}
    health = Health(agent="0.1.0", cycle_s=0.3, cpu_s=0.1, waited_s=131.4, peak_bytes=40_000_000, probes=probes)
    spoilt.report(
        survey("yes", sshd=sshd("yes", where="/etc/ssh/sshd_config.d/9.conf:1", overrides=("/etc/ssh/sshd_config:3",))),
        clock(),
        health=health,
        gap=Gap(first=2, last=5, merged=4),
    )
    for agent in (good, new):
        agent.report(survey(), clock())
    for agent in (good, spoilt, new):
        collector.judged(agent.host)
    return Fleet(collector, good, spoilt, silent, new)


@pytest.fixture
def new_machine(collector: Collector) -> Callable[..., Agent]:
    """Return `new_machine(hostname=...)`, which enrols a host."""
    return lambda **claims: enrol(collector.client, make_token(collector), **claims)
