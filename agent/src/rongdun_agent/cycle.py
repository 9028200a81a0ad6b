"""One cycle of the agent: survey the host, keep the state, deliver what is pending, say how it went."""

import resource
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
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


def run_cycle(host: Host, state: State, config: Config, now: datetime) -> Report:
    """Do one cycle under the state directory's lock; a collector that is away is no error but a `problem`."""
    credential = state.credential()
    if credential is None:
        raise AgentError(str(state.folder), "this host is not enrolled", "run `rongdun-agent enroll TOKEN` first")
    with state.locked():
        started = time.monotonic()
        before = state.last_cycle()
        facts, probes = _survey(host, state, config, now, before)
        spool = Spool(state.spool_path, config.spool_bytes)
        try:
            report = _deliver(spool, credential, config, now, before, facts, probes, started)
        finally:
            spool.close()
        state.save_cycle(asdict(report))
        return report


def _survey(
    host: Host, state: State, config: Config, now: datetime, before: dict[str, Any]
) -> tuple[Survey, Sequence[ProbeStatus]]:
    """All sections; the walk when it is due, else the last one that was kept."""
    due = _is_due(before.get("walked_at"), config.walk_every_s, now)
    facts, probes = survey(host, walk=due)
    walked = facts.get("walk")
    if due and isinstance(walked, Section):
        state.save_walk(walked, now)
    kept = state.last_walk()
    return ({**facts, "walk": kept} if kept is not None else facts), probes


def _deliver(  # noqa: PLR0913 - the one place where all of a cycle comes together
    spool: Spool,
    credential: Credential,
    config: Config,
    now: datetime,
    before: dict[str, Any],
    facts: Survey,
    probes: Sequence[ProbeStatus],
    started: float,
) -> Report:
    entry = spool.record(facts, now)
    errors = {p.name: p.error[:_LONGEST_ERROR] for p in probes if p.error}
    client = Client.of(credential)
    delivered, problem, answer = 0, None, None
    volatile_at = before.get("volatile_sent_at")
    try:
        changed = errors != before.get("probe_errors")
        done = push(spool, client, _health(spool, probes, started), probes_changed=changed)
        delivered, answer = done.delivered, done.answer
        if _is_due(volatile_at, config.volatile_every_s, now):
            client.send_volatile(_volatile(facts, now))
            volatile_at = now.isoformat()
    except (Unreachable, Rejected) as error:
        problem = str(error)
    finally:
        client.close()
    pending = spool.pending()
    walk = facts.get("walk")
    return Report(
        at=now.isoformat(),
        seconds=round(time.monotonic() - started, 3),
        root=entry.root,
        delivered=delivered,
        pending=len(pending),
        pending_bytes=spool.size_bytes(),
        problem=problem,
        interval_s=_interval(answer, before, config),
        probe_errors=errors,
        walked_at=walk.taken_at.isoformat() if isinstance(walk, Section) and walk.taken_at else None,
        volatile_sent_at=volatile_at,
    )


def _health(spool: Spool, probes: Sequence[ProbeStatus], started: float) -> Health:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Health(
        agent=version("rongdun-agent"),
        cycle_s=round(time.monotonic() - started, 2),
        cpu_s=round(usage.ru_utime + usage.ru_stime, 2),
        peak_bytes=usage.ru_maxrss * 1024,
        spooled=len(spool.pending()) - 1,
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
                schema_number=part.schema, taken_at=now, facts=dict(part.facts), sources=dict(part.sources)
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
