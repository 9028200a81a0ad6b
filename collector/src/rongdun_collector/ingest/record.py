"""Record a batch of check-ins in one transaction; what each of them is answered with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hmac import compare_digest
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection

from rongdun_collector.drill.orders import PartOf, no_part
from rongdun_collector.ingest.decide import decide
from rongdun_collector.ingest.drill import Watched, write_journal
from rongdun_collector.problems import Refusal
from rongdun_collector.store import documents, lineage, states
from rongdun_collector.store.checkins import Heard, HostState, lock_states, write_states
from rongdun_contract.documents import Manifest, root_digest
from rongdun_contract.wire import Answer, CheckIn, DrillOrder

OUT_INTERVAL_S = 60
"""How often a host checks in that is taken out of an open drill; its configuration may bound that."""

UNKNOWN_CREDENTIAL = Refusal(
    401,
    "unauthenticated",
    "Not authenticated",
    "this credential is not, or no longer, known here",
    "Enrol the host again: rongdun-agent enroll TOKEN.",
)
DIVERGED = Refusal(
    409,
    "state-diverged",
    "Sequence already used",
    "another copy of this agent, or a later life of it, has used this sequence number",
    "The agent makes a new epoch and sends what is pending again.",
)


@dataclass(frozen=True, slots=True)
class Reported:
    """A check-in with the credential that came with it, its secret as a digest."""

    host: str
    secret: str
    checkin: CheckIn


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer to a check-in, whether the host's facts are others now, and whether a drill has something to judge."""

    answer: Answer | Refusal
    changed: bool = False
    looked: bool = False


def record(
    connection: Connection, batch: Sequence[Reported], now: datetime, interval_s: int, part_of: PartOf = no_part
) -> list[Recorded]:
    """Record all of them, in order; durable when the caller's transaction is. `part_of`: what a host does in drills."""
    known = lock_states(connection, {reported.host for reported in batch})
    heard: dict[str, Heard] = {}
    watched: list[Watched] = []
    recorded = []
    for reported in batch:
        state = known.get(reported.host)
        if state is None or not compare_digest(state.secret, reported.secret):
            recorded.append(Recorded(UNKNOWN_CREDENTIAL))
            continue
        outcome, after = _one(connection, state, reported.checkin, now, interval_s)
        said = reported.checkin.drill
        part = part_of(reported.host, now, None if said is None else said.id)
        recorded.append(outcome if part is None else _ordered(outcome, part.order, interval_s))
        if after is not None:
            known[reported.host] = after
            heard[reported.host] = _heard(after, reported.checkin, now)
            if part is not None:
                repeated = (after.epoch, after.sequence) == (state.epoch, state.sequence)
                watched.append(Watched(reported.host, part, reported.checkin, repeated))
    write_states(connection, list(heard.values()))
    looked = write_journal(connection, watched, now)
    if not looked:
        return recorded
    return [replace(one, looked=reported.host in looked) for one, reported in zip(recorded, batch, strict=True)]


def _ordered(recorded: Recorded, order: DrillOrder | None, interval_s: int) -> Recorded:
    """The answer with what the host is to watch: in every answer, because the first without it ends the watching.

    One that is taken out (no order) is to ask again soon, for it may be let in again.
    """
    if isinstance(recorded.answer, Refusal):
        return recorded
    if order is not None:
        return replace(recorded, answer=recorded.answer.model_copy(update={"drill": order}))
    soon = {} if recorded.answer.interval_s is None else {"interval_s": min(interval_s, OUT_INTERVAL_S)}
    return replace(recorded, answer=recorded.answer.model_copy(update=soon))


def _one(
    connection: Connection, state: HostState, checkin: CheckIn, now: datetime, interval_s: int
) -> tuple[Recorded, HostState | None]:
    """The outcome of one check-in, and the host's state after it (None: as before)."""
    acknowledged = Answer(acknowledged=checkin.sequence, interval_s=interval_s)
    earlier = lineage.last_sequence(connection, state.host, checkin.epoch) if checkin.epoch != state.epoch else None
    meaning = decide(state, checkin, earlier)
    if meaning == "diverged":
        return Recorded(DIVERGED), None
    if meaning == "repeated":
        return Recorded(acknowledged), _confirmed(state, checkin, now)
    if meaning == "changed":
        refused = _change(connection, state, checkin, now)
        if refused is not None:
            return Recorded(refused), None
        lineage.continue_in(connection, state, checkin, now, returned=earlier is not None)
    if checkin.gap is not None:
        lineage.record_gap(connection, state.host, checkin)
    if checkin.health.probes is not None:
        lineage.record_probes(connection, state.host, checkin.health.probes)
    after = replace(
        state,
        epoch=checkin.epoch,
        sequence=checkin.sequence,
        root=checkin.root,
        taken_at=checkin.taken_at,
        confirmed_until=_until(checkin, now),
    )
    return Recorded(acknowledged, changed=meaning == "changed"), after


def _change(connection: Connection, state: HostState, checkin: CheckIn, now: datetime) -> Answer | Refusal | None:
    """Bring the host's history to the check-in's manifest; an answer where that is not possible yet."""
    manifest = _manifest(connection, checkin)
    if manifest is None:
        return Answer(need="manifest")
    if root_digest(manifest) != checkin.root:
        return Refusal(422, "invalid", "Not understood", "the manifest's digest is not the root that was named")
    wanted = [entry[kind] for entry in manifest.values() for kind in ("facts", "sources") if kind in entry]
    missing = documents.missing_documents(connection, wanted)
    if missing:
        return Answer(missing=missing)
    documents.store_manifest(connection, checkin.root, manifest, now)
    states.record_state(connection, state.host, manifest, min(checkin.taken_at, now), checkin.sequence)
    return None


def _manifest(connection: Connection, checkin: CheckIn) -> Manifest | None:
    if checkin.manifest is not None:
        return {name: entry.model_dump(mode="json") for name, entry in checkin.manifest.items()}
    stored = documents.load_manifest(connection, checkin.root)
    if stored is None:
        return None
    manifest: dict[str, dict[str, Any]] = from_json(stored)
    return manifest


def _until(checkin: CheckIn, now: datetime) -> datetime:
    return min(max(checkin.taken_at, checkin.confirmed_until or checkin.taken_at), max(now, checkin.taken_at))


def _confirmed(state: HostState, checkin: CheckIn, now: datetime) -> HostState | None:
    """A repeated check-in may confirm the state for longer; nothing else of it counts."""
    if checkin.epoch != state.epoch or checkin.sequence != state.sequence or state.confirmed_until is None:
        return None
    return replace(state, confirmed_until=max(state.confirmed_until, _until(checkin, now)))


def _heard(state: HostState, checkin: CheckIn, now: datetime) -> Heard:
    if state.taken_at is None or state.confirmed_until is None:
        raise AssertionError("a state that was heard has its moments")
    health = checkin.health.model_dump_json(exclude={"probes"}, exclude_defaults=True)
    read_at = json.dumps({name: at.isoformat() for name, at in checkin.read_at.items()}) if checkin.read_at else None
    return Heard(state.host, state.sequence, state.taken_at, state.confirmed_until, now, health=health, read_at=read_at)
