"""One cycle of the agent: survey the host, keep the state, deliver what is pending, say how it went."""

import resource
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

from rongdun_agent.collector_client import Client, Rejected, Unreachable
from rongdun_agent.config import Config
from rongdun_agent.errors import AgentError
from rongdun_agent.host import Host
from rongdun_agent.push import push
from rongdun_agent.spool import Spool
from rongdun_agent.state import Credential, State
from rongdun_agent.survey import ProbeStatus, survey
from rongdun_contract.documents import Section, Survey
from rongdun_contract.facts import SECTIONS
from rongdun_contract.wire import Answer, Health, Missing, ProbeHealth, Volatile, VolatileSection

_LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Report:
    """What a cycle did; times are RFC 3339, UTC. `problem` says why something is still on disk."""

    at: str
    seconds: float
    root: str
    delivered: int
    pending: int
    pending_bytes: int
    problem: str | None
    interval_s: int
    probe_errors: dict[str, str]
    walked_at: str | None
    volatile_sent_at: str | None
    waited_s: float


@dataclass(frozen=True, slots=True)
class _Cycle:
    """What all steps of one cycle share; `before` is the report of the last one."""

    state: State
    config: Config
    now: datetime
    before: dict[str, Any]
    started: float
    waited_s: float


@dataclass(frozen=True, slots=True)
class _Sent:
    """How far delivery came."""

    delivered: int = 0
    answer: Answer | None = None
    volatile_at: str | None = None
    problem: str | None = None


def run_cycle(host: Host, state: State, config: Config, now: datetime, waited_s: float = 0) -> Report:
    """Do one cycle under the state directory's lock; a collector that is away is no error but a `problem`.

    `waited_s` is for how long it was held back because the host was under pressure.
    """
    credential = state.credential()
    if credential is None:
        raise AgentError(str(state.folder), "this host is not enrolled", "run `rongdun-agent enroll TOKEN` first")
    with state.locked():
        cycle = _Cycle(state, config, now, state.last_cycle(), time.monotonic(), waited_s)
        facts, probes = _survey(host, cycle)
        with closing(Spool(state.spool_path, config.spool_bytes)) as spool:
            root = spool.record(facts, now).root
            sent = _send(spool, credential, cycle, facts, probes)
            report = _report(spool, cycle, root, sent, facts, probes)
        state.save_cycle(asdict(report))
        state.save_interval(report.interval_s)
        state.save_pressure(config.pressure_cpu, config.pressure_memory, config.pressure_io, config.pressure_wait_s)
        return report


def _survey(host: Host, cycle: _Cycle) -> tuple[Survey, Sequence[ProbeStatus]]:
    """All sections; the walk when it is due, else the last one that was kept."""
    due = _is_due(cycle.before.get("walked_at"), cycle.config.walk_every_s, cycle.now)
    facts, probes = survey(host, walk=due)
    walked = facts.get("walk")
    if due and isinstance(walked, Section):
        cycle.state.save_walk(walked, cycle.now)
    kept = cycle.state.last_walk()
    return ({**facts, "walk": kept} if kept is not None else facts), probes


def _send(spool: Spool, credential: Credential, cycle: _Cycle, facts: Survey, probes: Sequence[ProbeStatus]) -> _Sent:
    """Deliver what is pending, then the volatile sections when they are due."""
    sent = _Sent(volatile_at=cycle.before.get("volatile_sent_at"))
    changed = _errors(probes) != cycle.before.get("probe_errors")
    with closing(Client.of(credential)) as client:
        try:
            done = push(spool, client, _health(spool, probes, cycle), probes_changed=changed)
            sent = replace(sent, delivered=done.delivered, answer=done.answer)
            if _is_due(sent.volatile_at, cycle.config.volatile_every_s, cycle.now):
                client.send_volatile(_volatile(facts, cycle.now))
                sent = replace(sent, volatile_at=cycle.now.isoformat())
        except (Unreachable, Rejected) as error:
            return replace(sent, problem=str(error))
    return sent


def _report(  # noqa: PLR0913, PLR0917 - all that a cycle did comes together here
    spool: Spool, cycle: _Cycle, root: str, sent: _Sent, facts: Survey, probes: Sequence[ProbeStatus]
) -> Report:
    walk = facts.get("walk")
    return Report(
        at=cycle.now.isoformat(),
        seconds=round(time.monotonic() - cycle.started, 3),
        root=root,
        delivered=sent.delivered,
        pending=spool.count(),
        pending_bytes=spool.size_bytes(),
        problem=sent.problem,
        interval_s=_interval(sent.answer, cycle.before, cycle.config),
        probe_errors=_errors(probes),
        walked_at=walk.taken_at.isoformat() if isinstance(walk, Section) and walk.taken_at else None,
        volatile_sent_at=sent.volatile_at,
        waited_s=cycle.waited_s,
    )


def _errors(probes: Sequence[ProbeStatus]) -> dict[str, str]:
    return {p.name: p.error[:_LONGEST_ERROR] for p in probes if p.error}


def _health(spool: Spool, probes: Sequence[ProbeStatus], cycle: _Cycle) -> Health:
    usage, of_children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return Health(
        agent=version("rongdun-agent"),
        cycle_s=round(time.monotonic() - cycle.started, 2),
        cpu_s=round(usage.ru_utime + usage.ru_stime + of_children.ru_utime + of_children.ru_stime, 2),
        waited_s=cycle.waited_s,
        peak_bytes=usage.ru_maxrss * 1024,
        spooled=spool.count() - 1,
        spool_bytes=spool.size_bytes(),
        probes={p.name: ProbeHealth(seconds=round(p.seconds, 3), error=_line(p.error)) for p in probes},
    )


def _line(error: str | None) -> str | None:
    """An error as one readable line."""
    return " ".join(error.split())[:_LONGEST_ERROR] or None if error else None


def _volatile(facts: Survey, now: datetime) -> Volatile:
    sections: dict[str, VolatileSection | Missing] = {}
    for name, spec in SECTIONS.items():
        part = facts.get(name)
        if not spec.volatile or part is None:
            continue
        if isinstance(part, Section):
            sections[name] = VolatileSection(
                schema_number=part.schema,
                taken_at=part.taken_at or now,
                facts=dict(part.facts),
                sources=dict(part.sources),
            )
        else:
            sections[name] = Missing(unavailable=part.reason)
    return Volatile(schema_number=1, taken_at=now, sections=sections)


def _is_due(last: str | None, every_s: int, now: datetime) -> bool:
    """Whether something last done then is to be done again; a clock that went back makes it due."""
    if last is None:
        return True
    then = datetime.fromisoformat(last)
    return not then <= now < then + timedelta(seconds=every_s)


def _interval(answer: Answer | None, before: dict[str, Any], config: Config) -> int:
    """The collector's wish within this host's own bounds; without one, what was wished last."""
    wish = answer.interval_s if answer is not None else None
    wanted = wish or before.get("interval_s") or config.interval_s
    return max(config.interval_min_s, min(config.interval_max_s, int(wanted)))


def utc_now() -> datetime:
    """The time, to the second, as states carry it."""
    return datetime.now(UTC).replace(microsecond=0)
