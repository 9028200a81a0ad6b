"""Judge hosts from what is stored about them, and keep what the rules said."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection

from rongdun_collector.assessment.judge import Judge, Judged, NoPart, Part, Parts
from rongdun_collector.assessment.result_set import ResultSet
from rongdun_collector.store import documents, results, rulesets, states, volatile
from rongdun_collector.store.results import JudgedFrom, Outcome, StoredSet
from rongdun_collector.store.states import SectionAt
from rongdun_collector.store.store import Store
from rongdun_collector.store.volatile import VolatileAt

AT_ONCE = 200

HostJudged = tuple[JudgedFrom, Judged]


class Assessor:
    """Judges stored hosts with one ruleset; one thread uses it at a time."""

    def __init__(self, store: Store, judge: Judge) -> None:
        self._store, self._judge = store, judge

    def put_in_force(self, now: datetime) -> None:
        """The rules of this assessor judge the fleet from now on; other processes leave it to those that have them."""
        ruleset = self._judge.ruleset
        with self._store.write() as connection:
            packs = {pack.id: pack.version for pack in ruleset.packs}
            rulesets.put_in_force(connection, ruleset.digest, packs, now)

    def assess(self, hosts: Collection[str], now: datetime) -> int:
        """Judge these hosts; how many results changed."""
        with self._store.read() as connection:
            if not self._in_force(connection):
                return 0
            judged = self._judge_all(connection, results.judged_from(connection, hosts), now)
        return self._keep(judged, now)

    def assess_due(self, now: datetime) -> tuple[int, int]:
        """Judge some of the hosts that must be judged again; how many were due (at most AT_ONCE), how many changed."""
        with self._store.read() as connection:
            if not self._in_force(connection):
                return 0, 0
            due = results.due_hosts(connection, self._judge.ruleset.digest, now, AT_ONCE)
            judged = self._judge_all(connection, due, now)
        return len(due), self._keep(judged, now)

    def assess_all(self, now: datetime) -> tuple[int, int]:
        """Judge every host whether it is due or not; how many were judged, how many results changed."""
        with self._store.read() as connection:
            every = results.judged_from(connection, None)
        changed = 0
        for at in range(0, len(every), AT_ONCE):
            changed += self.assess([host.host for host in every[at : at + AT_ONCE]], now)
        return len(every), changed

    def _in_force(self, connection: Connection) -> bool:
        return rulesets.ruleset_in_force(connection) == self._judge.ruleset.digest

    def _judge_all(self, connection: Connection, hosts: Sequence[JudgedFrom], now: datetime) -> list[HostJudged]:
        names = [host.host for host in hosts]
        sections = states.current_sections(connection, names)
        changing = volatile.volatile_sections(connection, names, self._judge.ruleset.sections)
        return [self._one(connection, host, sections[host.host], changing[host.host], now) for host in hosts]

    def _one(
        self,
        connection: Connection,
        host: JudgedFrom,
        sections: Mapping[str, SectionAt],
        changing: Mapping[str, VolatileAt],
        now: datetime,
    ) -> HostJudged:
        parts = _parts(host, sections, changing)
        inline = {part.facts_digest: part.facts for part in changing.values() if part.facts_digest and part.facts}

        def load(digests: Collection[str]) -> dict[str, tuple[Mapping[str, Any], int]]:
            stored = documents.load_documents(connection, [digest for digest in digests if digest not in inline])
            found = stored | {digest: data for digest, data in inline.items() if digest in digests}
            return {digest: (from_json(data), len(data)) for digest, data in found.items()}

        return host, self._judge.judge(parts, host.level, now, load)

    def _keep(self, judged: list[HostJudged], now: datetime) -> int:
        if not judged:
            return 0
        outcomes = [Outcome(host, one.result.digest, one.valid_until) for host, one in judged]
        sets = {one.result.digest: _stored(one.result) for _, one in judged}
        with self._store.write() as connection:
            return results.write_outcomes(connection, self._judge.ruleset.digest, outcomes, sets.values(), now)


def _parts(host: JudgedFrom, sections: Mapping[str, SectionAt], changing: Mapping[str, VolatileAt]) -> Parts:
    read_at = read_times(host.read_at)
    stable = {name: _part(at, at.facts, read_at.get(name)) for name, at in sections.items()}
    return stable | {name: _part(at, at.facts_digest, at.taken_at) for name, at in changing.items()}


def _part(at: SectionAt | VolatileAt, facts: str | None, taken_at: datetime | None) -> Part | NoPart:
    if facts is None or at.schema_number is None:
        return NoPart(at.unavailable or "not probed")
    return Part(at.schema_number, facts, taken_at)


def read_times(stored: str | None) -> dict[str, datetime]:
    """When sections were read that were not read with the state, from how a host's state keeps it."""
    said = json.loads(stored) if stored else {}
    return {name: datetime.fromisoformat(moment) for name, moment in said.items()}


def _stored(result: ResultSet) -> StoredSet:
    counts = result.counts
    counted = {"passed": counts["pass"], "failed": counts["fail"]}
    counted |= {"unknown": counts["unknown"], "not_applicable": counts["not_applicable"]}
    return StoredSet(result.digest, result.packed, result.score, result.confidence, counted | result.failures)
