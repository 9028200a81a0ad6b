"""One cycle of the agent: survey the host, keep the state, deliver what is pending, say how it went."""

import resource
import time
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

from rongdun_agent.collector_client import Client, Rejected, Unreachable
from rongdun_agent.config import Config
from rongdun_agent.errors import AgentError
from rongdun_agent.guesses.settings import asked_by
from rongdun_agent.guesses.stamp import stamp_of
from rongdun_agent.host import Host
from rongdun_agent.push import push
from rongdun_agent.spool import Spool
from rongdun_agent.state import Credential, State
from rongdun_agent.survey import WALK, WEAK_PASSWORDS, ProbeStatus, survey
from rongdun_agent.watch.drill import Drill, Now, current_drill, load_drill, obey, save_drill
from rongdun_contract.documents import Section, Survey, manifest, root_digest
from rongdun_contract.facts import SECTIONS
from rongdun_contract.wire import Answer, Health, Missing, ProbeHealth, Volatile, VolatileSection

_LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Report:
    """What a cycle did; times are RFC 3339, UTC. `problem` says why something is still on disk."""

    at: str
    agent: str
    seconds: float
    root: str
    delivered: int
    pending: int
    pending_bytes: int
    problem: str | None
    interval_s: int
    probe_errors: dict[str, str]
    probe_seconds: dict[str, float]
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
    fraction_s: float = 0
    """What `now` leaves out."""
    walked: list[ProbeStatus] = field(default_factory=list)
    """How the walk went, and trying passwords, if they were due."""

    def moment(self) -> datetime:
        """The time now: beside a watcher states are recorded by two, and their times must not cross."""
        return self.now + timedelta(seconds=self.fraction_s + time.monotonic() - self.started)

    def clocks(self) -> Now:
        """All clocks now."""
        return replace(Now.read(), wall=self.moment())


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
        cycle = _Cycle(state, config, now, state.last_cycle(), time.monotonic(), waited_s, _fraction(now))
        _walk(host, cycle)
        _guess(host.afresh(), cycle)
        with state.delivering() as alone, closing(Spool(state.spool_path, config.spool_bytes)) as spool:
            round_ = _alone if alone else _beside_a_watcher
            report = round_(host.afresh(), spool, credential, cycle)
        state.save_cycle(asdict(report))
        state.save_interval(report.interval_s)
        state.save_pressure(config.pressure_cpu, config.pressure_memory, config.pressure_io, config.pressure_wait_s)
        return report


def _walk(host: Host, cycle: _Cycle) -> None:
    """Walk when it is due; it may take minutes, in which a watcher may begin."""
    if not _is_due(cycle.before.get("walked_at"), cycle.config.walk_every_s, cycle.now):
        return
    found, probes = survey(host, sections=(WALK,), walk=True)
    cycle.walked.extend(probe for probe in probes if probe.name == WALK)
    walked = found.get(WALK)
    if isinstance(walked, Section):
        cycle.state.save_walk(walked, cycle.now)


def _guess(host: Host, cycle: _Cycle) -> None:
    """Try passwords where the host's settings say so, when that is due or a password was changed."""
    bounds = cycle.config.weak_passwords
    if not bounds.enabled:
        return
    of = stamp_of(host)
    kept = cycle.state.last_guesses(of)
    if kept and kept.taken_at and not _is_due(kept.taken_at.isoformat(), bounds.every_s, cycle.now):
        return
    try:
        asked = asked_by(bounds, cycle.now)
    except AgentError as error:
        cycle.walked.append(ProbeStatus(WEAK_PASSWORDS, 0, str(error)))
        return
    found, probes = survey(host, sections=(WEAK_PASSWORDS,), guess=asked, clock=lambda: cycle.now)
    cycle.walked.extend(probes)
    guesses = found[WEAK_PASSWORDS]
    if isinstance(guesses, Section):
        cycle.state.save_guesses(guesses, cycle.now, of)


def _survey(host: Host, cycle: _Cycle, without: Collection[str] = ()) -> tuple[Survey, Sequence[ProbeStatus]]:
    """All sections but some, with the walk that was kept."""
    names = [name for name in SECTIONS if name not in without]
    facts, probes = survey(host, sections=names)
    kept = {WALK: cycle.state.last_walk()}
    if cycle.config.weak_passwords.enabled:
        kept[WEAK_PASSWORDS] = cycle.state.last_guesses(stamp_of(host))
    facts = {**facts, **{name: part for name, part in kept.items() if part is not None}}
    return facts, (*probes, *cycle.walked)


def _alone(host: Host, spool: Spool, credential: Credential, cycle: _Cycle) -> Report:
    """Read, record and deliver everything; a drill that is ordered gets its reference, read after the order."""
    drill = current_drill(cycle.state, cycle.clocks())
    if drill is not None:  # nobody watches: where the clock was set the supervisor may take the drill for over
        save_drill(cycle.state, drill, cycle.clocks())
    facts, probes = _survey(host, cycle)
    root, drill = _record(spool, cycle, facts, drill, cycle.moment() if drill else cycle.now)
    sent = _send(spool, credential, cycle, facts, probes, _Sent(volatile_at=cycle.before.get("volatile_sent_at")))
    if sent.answer is not None:
        drill = obey(sent.answer.drill, cycle.state, cycle.config.drill, cycle.clocks(), drill)
        if drill is not None and drill.reference is None:
            facts, probes = _survey(host.afresh(), cycle)
            root, _ = _record(spool, cycle, facts, drill, cycle.moment())
            sent = _send(spool, credential, cycle, facts, probes, sent)
    return _report(spool, cycle, root, sent, facts, probes)


def _record(spool: Spool, cycle: _Cycle, facts: Survey, drill: Drill | None, at: datetime) -> tuple[str, Drill | None]:
    """Keep the state; for a drill without a reference it is the reference."""
    if drill is None or drill.reference is not None:
        return spool.record(facts, at, drill.watch if drill else None).root, drill
    known = spool.reference_of(drill.id)  # recorded, and killed before it was noted
    pinned = drill.pinned(known or root_digest(manifest(facts)))
    root = spool.record(facts, at, pinned.watch).root
    save_drill(cycle.state, pinned, cycle.clocks())
    return root, pinned


def _beside_a_watcher(host: Host, spool: Spool, credential: Credential, cycle: _Cycle) -> Report:
    """What the watcher of a drill does not read; it delivers the states, so that none overtakes another."""
    drill = load_drill(cycle.state)
    watched = SECTIONS if drill is None else drill.sections
    facts, probes = _survey(host, cycle, without=watched)
    before = cycle.before
    kept = {name: error for name, error in before.get("probe_errors", {}).items() if name in watched}
    if drill is not None:
        spool.amend(_left_to_us(facts, cycle), cycle.moment(), drill.watch, if_changed=True)
    sent = _Sent(volatile_at=before.get("volatile_sent_at"))
    with closing(Client.of(credential)) as client:
        sent = _send_volatile(client, cycle, facts, sent)
    report = _report(spool, cycle, before.get("root", ""), sent, facts, probes)
    seconds = {**before.get("probe_seconds", {}), **report.probe_seconds}
    return replace(report, probe_errors=kept | report.probe_errors, probe_seconds=seconds)


def _left_to_us(facts: Survey, cycle: _Cycle) -> Survey:
    """What is still watched by nobody: meanwhile the watcher may have begun to read, and recorded, other sections."""
    drill = load_drill(cycle.state)
    watched = () if drill is None else drill.sections
    return {name: part for name, part in facts.items() if name not in watched}


def _send(  # noqa: PLR0913, PLR0917 - all that a cycle has is sent here
    spool: Spool,
    credential: Credential,
    cycle: _Cycle,
    facts: Survey,
    probes: Sequence[ProbeStatus],
    sent: _Sent,
) -> _Sent:
    """Deliver what is pending, then the volatile sections when they are due, beside what was `sent` before."""
    changed = _errors(probes) != cycle.before.get("probe_errors")
    with closing(Client.of(credential)) as client:
        try:
            done = push(spool, client, _health(spool, probes, cycle), probes_changed=changed)
        except (Unreachable, Rejected) as error:
            return replace(sent, problem=str(error))
        return _send_volatile(
            client, cycle, facts, replace(sent, delivered=sent.delivered + done.delivered, answer=done.answer)
        )


def _send_volatile(client: Client, cycle: _Cycle, facts: Survey, sent: _Sent) -> _Sent:
    if not _is_due(sent.volatile_at, cycle.config.volatile_every_s, cycle.now):
        return sent
    try:
        client.send_volatile(_volatile(facts, cycle.now))
    except (Unreachable, Rejected) as error:
        return replace(sent, problem=str(error))
    return replace(sent, volatile_at=cycle.now.isoformat())


def _report(  # noqa: PLR0913, PLR0917 - all that a cycle did comes together here
    spool: Spool, cycle: _Cycle, root: str, sent: _Sent, facts: Survey, probes: Sequence[ProbeStatus]
) -> Report:
    walk = facts.get(WALK)
    return Report(
        at=cycle.now.isoformat(),
        agent=version("rongdun-agent"),
        seconds=round(time.monotonic() - cycle.started, 3),
        root=root,
        delivered=sent.delivered,
        pending=spool.count(),
        pending_bytes=spool.size_bytes(),
        problem=sent.problem,
        interval_s=_interval(sent.answer, cycle),
        probe_errors=_errors(probes),
        probe_seconds={p.name: round(p.seconds, 3) for p in probes},
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


def _interval(answer: Answer | None, cycle: _Cycle) -> int:
    """The collector's wish within this host's own bounds; without one, what was wished last, to whomever."""
    wish = answer.interval_s if answer is not None else cycle.state.watch_report().get("interval_s")
    wanted = wish or cycle.before.get("interval_s") or cycle.config.interval_s
    return max(cycle.config.interval_min_s, min(cycle.config.interval_max_s, int(wanted)))


def _fraction(now: datetime) -> float:
    """The part of a second by which a time that was cut to the second is behind the clock."""
    behind = (datetime.now(UTC) - now).total_seconds()
    return behind if 0 <= behind < 1 else 0


def utc_now() -> datetime:
    """The time, to the second, as states carry it."""
    return datetime.now(UTC).replace(microsecond=0)
