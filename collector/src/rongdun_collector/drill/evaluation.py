"""Work through the journal: what signals say of each look, folded into episodes. Any process may, none twice."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection

from rongdun_collector.drill.folding import Look, Told, fold
from rongdun_collector.drill.telling import Entries, LoadFacts, Teller
from rongdun_collector.store import documents, drill_episodes, drills
from rongdun_collector.store.drill_episodes import Due, Seen
from rongdun_collector.store.store import Store
from rongdun_contract.rules.compiled import parse_compiled
from rongdun_contract.rules.rule import Pack

AT_ONCE = 100
LOOKS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Rules:
    """The signals of a drill, and the one moment that stands for all of it where a rule asks for the time."""

    pack: Pack
    at: datetime


class Evaluation:
    """Evaluates what is due over one database; for one thread at a time. Its memory is only a memory."""

    def __init__(self, store: Store) -> None:
        self._store, self._teller = store, Teller()
        self._rules: dict[str, _Rules] = {}

    def due(self, after: Due | None = None) -> list[Due]:
        """Some of the hosts with looks to evaluate: the first, or those after one. Without a reference none is due."""
        with self._store.read() as connection:
            place = ("", "") if after is None else (after.drill, after.host)
            return drill_episodes.due_hosts(connection, AT_ONCE, place)

    def work_off(self) -> int:
        """Evaluate some of what is due; how many looks that were."""
        return sum(self.evaluate(one) for one in self.due())

    def evaluate(self, due: Due) -> int:
        """Evaluate what is due of a host, or a portion of it; how many looks that were."""
        with self._store.read() as connection:
            seen = drill_episodes.looks_after(connection, due, LOOKS_AT_ONCE)
            looks = self._looks(connection, due, seen)
        if not looks:
            return 0
        with self._store.write() as connection:
            if not drill_episodes.lock_due(connection, due):
                return 0  # another process was faster
            before = drill_episodes.load_folded(connection, due.drill, due.host)
            drill_episodes.store_folded(connection, due, before, fold(before, looks), looks[-1].at)
        return len(looks)

    def _looks(self, connection: Connection, due: Due, seen: list[Seen]) -> list[Look]:
        rules = self._rules_of(connection, due.drill)
        entries = {root: _manifest(connection, root) for root in {due.reference, *(one.root for one in seen)}}
        reference = entries[due.reference]
        if rules is None or reference is None:
            return []
        load = _loading(connection)

        def told(root: str) -> Mapping[str, Told]:
            return self._teller.tell(rules.pack, entries[root] or {}, reference, rules.at, load)

        return [Look(one.at, one.taken_at, told(one.root)) for one in seen]

    def _rules_of(self, connection: Connection, drill: str) -> _Rules | None:
        if drill not in self._rules:
            found, terms = drills.find_drill(connection, drill), drills.load_terms(connection, drill)
            if found is None or terms is None:
                return None
            self._rules[drill] = _Rules(parse_compiled(terms.pack, f"the pack of drill {drill}"), found.opened_at)
        return self._rules[drill]


def _manifest(connection: Connection, root: str) -> Entries | None:
    data = documents.load_manifest(connection, root)
    found: dict[str, dict[str, Any]] | None = None if data is None else from_json(data)
    return found


def _loading(connection: Connection) -> LoadFacts:
    def load(digests: Collection[str]) -> dict[str, tuple[Mapping[str, Any], int]]:
        stored = documents.load_documents(connection, digests)
        return {digest: (from_json(data), len(data)) for digest, data in stored.items()}

    return load
