"""What was seen in drills: hosts whose looks are to be evaluated, and the episodes that came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, tuple_, update

from rongdun_collector.drill.folding import Blindness, Episode, Folded, Named
from rongdun_collector.store.tables.columns import EPOCH
from rongdun_collector.store.tables.drills import DRILL_BLIND, DRILL_EPISODES, DRILL_HOSTS, DRILL_JOURNAL
from rongdun_collector.store.tables.facts import MANIFESTS
from rongdun_contract.documents import digest

_H, _J, _E, _B = DRILL_HOSTS.c, DRILL_JOURNAL.c, DRILL_EPISODES.c, DRILL_BLIND.c

_WHOLE = "0" * 64
"""In the place of a key's digest: the signal as a whole."""


@dataclass(frozen=True, slots=True)
class Due:
    """A host with looks that are not evaluated: all until `folded_at` are."""

    drill: str
    host: str
    reference: str
    folded_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """A look that is to be evaluated: the root that the host was at, and the agent's clock then."""

    at: datetime
    taken_at: datetime
    root: str


def due_hosts(connection: Connection, limit: int, after: tuple[str, str] = ("", "")) -> list[Due]:
    """Hosts with looks to evaluate and a reference that has arrived, by drill and id; those `after` one of them."""
    query = select(_H.drill, _H.host, _H.reference, _H.folded_at).where(
        _H.folded_at < _H.looked_at,
        tuple_(_H.drill, _H.host) > after,
        select(MANIFESTS.c.root).where(MANIFESTS.c.root == _H.reference).exists(),
    )
    return [Due(*row) for row in connection.execute(query.order_by(_H.drill, _H.host).limit(limit))]


def looks_after(connection: Connection, due: Due, limit: int) -> list[Seen]:
    """The next looks of a host: one or two for each stretch that has not been evaluated whole, in order."""
    columns = (_J.received_at, _J.second_at, _J.taken_at, _J.agent_at, _J.root)
    place = _J.drill == due.drill, _J.host == due.host
    query = select(*columns).where(*place, (_J.received_at > due.folded_at) | (_J.second_at > due.folded_at))
    found: list[Seen] = []
    for row in connection.execute(query.order_by(_J.received_at).limit(limit)):
        if row.received_at > due.folded_at:
            found.append(Seen(row.received_at, row.taken_at, row.root))
        if row.second_at is not None:
            found.append(Seen(row.second_at, row.agent_at, row.root))
    return found


def lock_due(connection: Connection, due: Due) -> bool:
    """Keep others from folding this host until the transaction ends; whether it still stands where it stood."""
    query = select(_H.folded_at).where(_H.drill == due.drill, _H.host == due.host).with_for_update(key_share=True)
    return connection.scalar(query) == due.folded_at


def load_folded(connection: Connection, drill: str, host: str) -> Folded:
    """What was not over when a host was folded last."""
    query = select(DRILL_EPISODES).where(_E.drill == drill, _E.host == host, _E.gone_at.is_(None))
    there = {one.named: one for _, one in _episodes(connection.execute(query))}
    unseen = select(DRILL_BLIND).where(_B.drill == drill, _B.host == host, _B.until.is_(None))
    blind = [_blindness(row) for row in connection.execute(unseen)]
    return Folded(there, {(one.signal, one.key): one for one in blind})


def store_folded(connection: Connection, due: Due, before: Folded, after: Folded, folded_at: datetime) -> None:
    """Write what is other than before, and how far the host is folded."""
    known = {(one.named, one.appeared_at): one for one in before.there.values()}
    for episode in [*after.there.values(), *after.ended]:
        if known.get((episode.named, episode.appeared_at)) != episode:
            _put_episode(connection, due, episode, is_new=(episode.named, episode.appeared_at) not in known)
    unseen = {(one.signal, one.key, one.since): one for one in before.blind.values()}
    for one in [*after.blind.values(), *after.cleared]:
        was = unseen.get((one.signal, one.key, one.since))
        if was != one:
            _put_blindness(connection, due, one, is_new=was is None)
    place = _H.drill == due.drill, _H.host == due.host
    connection.execute(update(DRILL_HOSTS).where(*place).values(folded_at=folded_at))


def forget(connection: Connection, drill: str) -> None:
    """Begin anew: all that was derived from the journal of a drill is due to be derived again."""
    # In the order in which check-ins lock hosts: who locks in another may wait for one that waits for him.
    connection.execute(select(_H.host).where(_H.drill == drill).order_by(_H.host).with_for_update(key_share=True))
    connection.execute(update(DRILL_HOSTS).where(_H.drill == drill).values(folded_at=EPOCH))
    connection.execute(delete(DRILL_EPISODES).where(_E.drill == drill))
    connection.execute(delete(DRILL_BLIND).where(_B.drill == drill))


def episodes(connection: Connection, drill: str, as_of: datetime, host: str | None = None) -> list[tuple[str, Episode]]:
    """The episodes of a drill (or of a host in it) that had begun, each with its host.

    How they went on is as it is known now.
    """
    query = select(DRILL_EPISODES).where(_E.drill == drill, _E.appeared_at <= as_of)
    if host is not None:
        query = query.where(_E.host == host)
    return _episodes(connection.execute(query))


def blindness(connection: Connection, drill: str, as_of: datetime) -> list[tuple[str, Blindness]]:
    """All times in which a signal, or one of its objects, could not be told on a host, each with the host."""
    query = select(DRILL_BLIND).where(_B.drill == drill, _B.since <= as_of).order_by(_B.host, _B.since)
    return [(row.host, _blindness(row)) for row in connection.execute(query)]


def _blindness(row: Row[Any]) -> Blindness:
    return Blindness(row.signal, row.since, row.reason, row.until, row.key)


def _episodes(rows: Iterable[object]) -> list[tuple[str, Episode]]:
    return [_episode(row) for row in rows]


def _episode(row: object) -> tuple[str, Episode]:
    host, signal, key, *moments = (
        getattr(row, name) for name in ("host", "signal", "key", "appeared_at", "seen_at", "missing_at", "gone_at")
    )
    return host, Episode(Named(signal, key), *moments)


def _put_episode(connection: Connection, due: Due, episode: Episode, *, is_new: bool) -> None:
    place = {
        "drill": due.drill,
        "host": due.host,
        "signal": episode.named.signal,
        "key_digest": digest(episode.named.key.encode()),
        "appeared_at": episode.appeared_at,
    }
    moments = {"missing_at": episode.missing_at, "gone_at": episode.gone_at}
    if is_new:
        row = place | moments | {"key": episode.named.key, "seen_at": episode.seen_at}
        connection.execute(insert(DRILL_EPISODES), row)
    else:
        same = [_E[name] == value for name, value in place.items()]
        connection.execute(update(DRILL_EPISODES).where(*same).values(moments))


def _put_blindness(connection: Connection, due: Due, blindness: Blindness, *, is_new: bool) -> None:
    place = {
        "drill": due.drill,
        "host": due.host,
        "signal": blindness.signal,
        "since": blindness.since,
        "key_digest": _WHOLE if blindness.key is None else digest(blindness.key.encode()),
    }
    if is_new:
        row = place | {"key": blindness.key, "reason": blindness.reason, "until": blindness.until}
        connection.execute(insert(DRILL_BLIND), row)
    else:
        same = [_B[name] == value for name, value in place.items()]
        connection.execute(update(DRILL_BLIND).where(*same).values(until=blindness.until))
