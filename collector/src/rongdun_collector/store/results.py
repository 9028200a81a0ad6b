"""Which host had which result set when, and which hosts must be judged again."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, text, update

from rongdun_collector.store.tables.columns import to_microseconds
from rongdun_collector.store.tables.hosts import HOST_STATES, HOSTS
from rongdun_collector.store.tables.register import SYSTEMS
from rongdun_collector.store.tables.results import COUNTED, EVALUATIONS, RESULT_INTERVALS, RESULT_SETS

DEFAULT_LEVEL = 3
LEVEL = func.coalesce(SYSTEMS.c.level, DEFAULT_LEVEL)
"""At which level a host is judged: its system's, where it has one."""
_SET = RESULT_SETS.c

_STORE_SET = text(
    f"INSERT INTO result_sets (digest, data, score, confidence, made_at, {', '.join(COUNTED)}) "  # noqa: S608 - constants
    f"VALUES (:digest, :data, :score, :confidence, :at, {', '.join(f':{name}' for name in COUNTED)}) "
    "ON CONFLICT (digest) DO NOTHING"
)
_STORE_EVALUATION = text(
    "INSERT INTO evaluations (host, inputs, root, level, read_at, volatile_at, valid_until, evaluated_at) "
    "VALUES (:host, :inputs, :root, :level, :read_at, :volatile_at, :valid_until, :evaluated_at) "
    "ON CONFLICT (host) DO UPDATE SET inputs = excluded.inputs, root = excluded.root, level = excluded.level, "
    "read_at = excluded.read_at, volatile_at = excluded.volatile_at, valid_until = excluded.valid_until, "
    "evaluated_at = excluded.evaluated_at"
)


@dataclass(frozen=True, slots=True)
class JudgedFrom:
    """From what a host is judged besides the rules: facts, level, and when what is outside the root was read."""

    host: str
    root: str
    level: int
    read_at: str | None
    volatile_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A host's result, from what it came, and until when it holds."""

    judged: JudgedFrom
    digest: str
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class ResultAt:
    """A result of a host and when it held; `valid_to` None: it still does."""

    valid_from: datetime
    valid_to: datetime | None
    level: int
    score: float | None
    confidence: float | None
    result_set: str


@dataclass(frozen=True, slots=True)
class StoredSet:
    """A result set as it is stored; `counted` has a number for each of COUNTED."""

    digest: str
    data: bytes
    score: float | None
    confidence: float | None
    counted: Mapping[str, int]


def due_hosts(connection: Connection, inputs: str, now: datetime, limit: int) -> list[JudgedFrom]:
    """Hosts whose result is missing, was computed from other facts or rules, or has ripened."""
    done, state = EVALUATIONS.c, HOST_STATES.c
    stale = or_(
        done.host.is_(None),
        done.root != state.root,
        done.inputs != inputs,
        done.level != LEVEL,
        done.valid_until <= now,
        done.read_at.is_distinct_from(state.read_at),
        done.volatile_at.is_distinct_from(state.volatile_at),
    )
    query = _JUDGED.where(stale).order_by(HOST_STATES.c.host).limit(limit)
    return [_judged(row) for row in connection.execute(query)]


def judged_from(connection: Connection, hosts: Collection[str] | None) -> list[JudgedFrom]:
    """From what these hosts (None: all) are judged now; those without facts, and retired ones, are left out."""
    query = _JUDGED if hosts is None else _JUDGED.where(HOST_STATES.c.host.in_(hosts))
    return [_judged(row) for row in connection.execute(query)]


def write_outcomes(
    connection: Connection, inputs: str, outcomes: Iterable[Outcome], sets: Iterable[StoredSet], now: datetime
) -> int:
    """Keep results of hosts whose facts are still those that were judged; how many of them changed."""
    by_host = {outcome.judged.host: outcome for outcome in outcomes}
    lock = select(HOST_STATES.c.host, HOST_STATES.c.root).where(HOST_STATES.c.host.in_(by_host)).order_by("host")
    locked = connection.execute(lock.with_for_update())
    current = [by_host[row.host] for row in locked if by_host[row.host].judged.root == row.root]
    if not current:
        return 0
    rows = [
        {
            "digest": bytes.fromhex(one.digest),
            "data": one.data,
            "score": one.score,
            "confidence": one.confidence,
            "at": to_microseconds(now),
            **one.counted,
        }
        for one in sorted(sets, key=lambda one: one.digest)
    ]
    connection.execute(_STORE_SET, rows)
    connection.execute(_STORE_EVALUATION, [_evaluation(inputs, outcome, now) for outcome in current])
    return _write_intervals(connection, current, now)


def result_history(connection: Connection, host: str, limit: int) -> list[ResultAt]:
    """The latest results of a host, newest first."""
    columns = RESULT_INTERVALS.c
    query = (
        select(columns.valid_from, columns.valid_to, columns.level, _SET.score, _SET.confidence, columns.result_set)
        .join(RESULT_SETS, _SET.digest == columns.result_set)
        .where(columns.host == host)
        .order_by(columns.valid_from.desc())
        .limit(limit)
    )
    return [ResultAt(*row) for row in connection.execute(query)]


def load_set(connection: Connection, digest: str) -> bytes | None:
    """The stored form of a result set."""
    return connection.scalar(select(RESULT_SETS.c.data).where(RESULT_SETS.c.digest == digest))


def _write_intervals(connection: Connection, outcomes: list[Outcome], now: datetime) -> int:
    columns = RESULT_INTERVALS.c
    hosts = [outcome.judged.host for outcome in outcomes]
    opened = select(columns.host, columns.valid_from, columns.level, columns.result_set)
    before = {
        row.host: row for row in connection.execute(opened.where(columns.host.in_(hosts), columns.valid_to.is_(None)))
    }
    changed = [outcome for outcome in outcomes if _differs(before.get(outcome.judged.host), outcome)]
    for outcome in changed:
        host, row = outcome.judged.host, before.get(outcome.judged.host)
        moment = now if row is None else max(now, row.valid_from + timedelta(microseconds=1))
        if row is not None:
            ending = update(RESULT_INTERVALS).where(columns.host == host, columns.valid_to.is_(None))
            connection.execute(ending.values(valid_to=moment))
        values = {"host": host, "valid_from": moment, "level": outcome.judged.level, "result_set": outcome.digest}
        connection.execute(insert(RESULT_INTERVALS).values(**values))
    return len(changed)


def _differs(row: Any, outcome: Outcome) -> bool:  # noqa: ANN401 - rows are typed by their columns only
    return row is None or (row.level, row.result_set) != (outcome.judged.level, outcome.digest)


def _evaluation(inputs: str, outcome: Outcome, now: datetime) -> dict[str, object]:
    judged = outcome.judged
    return {
        "host": judged.host,
        "inputs": bytes.fromhex(inputs),
        "root": bytes.fromhex(judged.root),
        "level": judged.level,
        "read_at": judged.read_at,
        "volatile_at": None if judged.volatile_at is None else to_microseconds(judged.volatile_at),
        "valid_until": None if outcome.valid_until is None else to_microseconds(outcome.valid_until),
        "evaluated_at": to_microseconds(now),
    }


_JUDGED = (
    select(
        HOST_STATES.c.host,
        HOST_STATES.c.root,
        LEVEL.label("level"),
        HOST_STATES.c.read_at,
        HOST_STATES.c.volatile_at,
    )
    .join(HOSTS, HOSTS.c.id == HOST_STATES.c.host)
    .outerjoin(SYSTEMS, SYSTEMS.c.id == HOSTS.c.system)
    .outerjoin(EVALUATIONS, EVALUATIONS.c.host == HOST_STATES.c.host)
    .where(and_(HOST_STATES.c.root.is_not(None), HOSTS.c.retired_at.is_(None)))
)


def _judged(row: Any) -> JudgedFrom:  # noqa: ANN401 - rows are typed by their columns only
    return JudgedFrom(row.host, row.root, row.level, row.read_at, row.volatile_at)
