"""The spool keeps every change in order, within its bound, and says what it had to merge."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rongdun_agent.spool import Gap, Spool, Watch
from rongdun_contract.documents import Source, Survey, Unavailable, canonical_json, digest, seal
from rongdun_contract.facts.sysctl import Parameter, Sysctl

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def survey_of(value: str) -> Survey:
    """A host whose only known fact is one kernel parameter."""
    facts = Sysctl(parameters={"kernel.sysrq": Parameter(running=value)})
    section = seal("sysctl", facts, {"": Source(where="/proc/sys")})
    return {"sysctl": section, "pam": Unavailable("no permission", "/etc/pam.d/su")}


def facts_digest(value: str) -> str:
    return digest(canonical_json({"parameters": {"kernel.sysrq": {"running": value}}}))


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "state" / "spool.db")


def test_an_unchanged_host_extends_its_pending_entry(spool: Spool) -> None:
    """A night without the collector must not cost one entry per cycle."""
    first = spool.record(survey_of("0"), T0)
    second = spool.record(survey_of("0"), T0 + timedelta(hours=8))
    assert second.sequence == first.sequence
    assert [e.confirmed_until for e in spool.pending()] == [T0 + timedelta(hours=8)]


def test_changes_come_back_in_order_with_their_documents(spool: Spool) -> None:
    for hour, value in enumerate("010"):
        spool.record(survey_of(value), T0 + timedelta(hours=hour))
    entries = spool.pending()
    assert [e.sequence for e in entries] == [1, 2, 3]
    assert [e.manifest["sysctl"]["facts"] for e in entries] == [facts_digest(v) for v in "010"]
    assert spool.document(facts_digest("1")) == b'{"parameters":{"kernel.sysrq":{"running":"1"}}}'
    assert entries[0].manifest["pam"] == {"unavailable": "no permission"}


def test_acknowledged_entries_go_and_take_only_their_own_documents(spool: Spool) -> None:
    """The state that came back (0, 1, 0) still needs the document that entry 1 had first."""
    for value in "010":
        spool.record(survey_of(value), T0)
    spool.record(survey_of("2"), T0)
    spool.acknowledge(3)
    assert [e.sequence for e in spool.pending()] == [4]
    assert spool.document(facts_digest("0")) is not None
    assert spool.document(facts_digest("1")) is None


def test_an_unchanged_host_after_an_acknowledgement_is_a_new_entry_without_new_documents(spool: Spool) -> None:
    """The usual cycle, every quarter of an hour on ten thousand hosts, must hardly write."""
    spool.acknowledge(spool.record(survey_of("0"), T0).sequence)
    size = spool.size_bytes()
    assert spool.record(survey_of("0"), T0 + timedelta(hours=1)).sequence == 2
    assert spool.size_bytes() - size < size, "only the manifest was written again"
    assert spool.document(facts_digest("0")) is not None


def test_an_acknowledged_sequence_is_never_used_again(tmp_path: Path) -> None:
    """A number that came twice would be taken for a repetition, and its state lost."""
    path = tmp_path / "spool.db"
    spool = Spool(path)
    spool.acknowledge(spool.record(survey_of("0"), T0).sequence)
    spool.close()
    assert Spool(path).record(survey_of("1"), T0).sequence == 2


def test_a_full_spool_merges_the_oldest_intermediate_states_and_says_so(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", bound_bytes=2500)
    for n in range(30):
        spool.record(survey_of(str(n)), T0 + timedelta(hours=n))
    entries = spool.pending()
    assert spool.size_bytes() <= 2500
    assert entries[0].sequence == 1, "the oldest pending state is what the collector compares the rest with"
    assert entries[-1].sequence == 30
    gap = entries[1].gap
    assert gap == Gap(first=2, last=entries[1].sequence - 1, merged=entries[1].sequence - 2)
    assert all(e.gap is None for e in entries[2:])


def test_what_was_recorded_is_there_after_the_process_is_gone(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.record(survey_of("0"), T0)
    again = Spool(tmp_path / "spool.db")  # the first connection was never closed, as after kill -9
    assert [e.sequence for e in again.pending()] == [1]
    spool.close()


def test_a_new_epoch_keeps_what_is_pending(spool: Spool) -> None:
    """When another copy used our numbers, the states must still arrive, counted anew."""
    spool.record(survey_of("0"), T0)
    before = spool.epoch
    spool.renew_epoch()
    assert spool.epoch != before
    assert len(spool.pending()) == 1


def test_an_amended_state_keeps_what_others_recorded(spool: Spool) -> None:
    """Two write: what one did not read it must not put back to what it was."""
    spool.record(survey_of("0"), T0)
    other = {"sudo": Unavailable("no permission")}
    assert spool.amend(other, T0 + timedelta(seconds=1)) is not None
    newest = spool.amend(survey_of("1"), T0 + timedelta(seconds=2))
    assert newest is not None
    assert newest.manifest["sudo"] == {"unavailable": "no permission"}
    assert newest.manifest["sysctl"]["facts"] == facts_digest("1")
    assert [entry.sequence for entry in spool.pending()] == [1, 2, 3]


def test_an_amended_state_has_all_its_documents_after_the_one_before_is_gone(spool: Spool) -> None:
    """They are only named by digest; the entry that brought them is dropped when it is acknowledged."""
    spool.record(survey_of("0"), T0)
    newest = spool.amend({"sudo": Unavailable("error")}, T0)
    assert newest is not None
    spool.acknowledge(newest.sequence)
    assert spool.document(facts_digest("0")) is not None


def test_there_is_nothing_to_amend_in_an_empty_spool(spool: Spool) -> None:
    assert spool.amend(survey_of("0"), T0) is None
    assert spool.count() == 0


def test_amending_without_a_change_is_a_new_entry_or_none_as_wished(spool: Spool) -> None:
    """A watcher's looks are each a check-in, a cycle beside it has nothing to say."""
    first = spool.record(survey_of("0"), T0)
    spool.acknowledge(first.sequence)
    assert spool.amend(survey_of("0"), T0, if_changed=True) is None
    again = spool.amend({}, T0)
    assert again is not None
    assert (again.sequence, again.root) == (2, first.root)


def test_a_state_says_for_which_drill_it_was_recorded(spool: Spool) -> None:
    watch = Watch("spring", "ab" * 32)
    spool.record(survey_of("0"), T0)
    spool.record(survey_of("0"), T0, watch)
    spool.amend({}, T0 + timedelta(seconds=9), watch)
    assert [entry.watch for entry in spool.pending()] == [None, watch]
    assert spool.pending()[1].confirmed_until == T0 + timedelta(seconds=9)
    assert spool.reference_of("spring") == "ab" * 32
    assert spool.reference_of("autumn") is None


def test_a_full_spool_keeps_the_state_that_a_drill_compares_with(tmp_path: Path) -> None:
    """Without its documents every signal would be unknown for want of a reference."""
    spool = Spool(tmp_path / "spool.db", bound_bytes=2500)
    for n in range(5):
        spool.record(survey_of(str(n)), T0 + timedelta(hours=n))
    probe = Spool(tmp_path / "other.db").record(survey_of("reference"), T0)
    watch = Watch("spring", probe.root)
    pinned = spool.record(survey_of("reference"), T0 + timedelta(hours=5), watch)
    for n in range(6, 60):
        spool.record(survey_of(str(n)), T0 + timedelta(hours=n), watch)
    entries = spool.pending()
    assert spool.size_bytes() <= 2500
    assert pinned.sequence in [entry.sequence for entry in entries]
    assert spool.document(facts_digest("reference")) is not None
    lost = sum(entry.gap.merged for entry in entries if entry.gap)
    assert lost + len(entries) == 60, "every state is there or is counted as lost"


def test_the_spool_of_an_older_agent_is_taken_over(tmp_path: Path) -> None:
    """An upgrade keeps what waits."""
    path = tmp_path / "spool.db"
    spool = Spool(path)
    spool.record(survey_of("0"), T0)
    for column in ("drill", "reference"):
        spool._db.execute(f"ALTER TABLE entry DROP COLUMN {column}")
    spool.close()
    again = Spool(path)
    assert [entry.watch for entry in again.pending()] == [None]
    assert again.record(survey_of("1"), T0, Watch("spring", "ab" * 32)).watch is not None


def test_a_second_spool_of_a_process_keeps_the_locks_of_the_first(tmp_path: Path) -> None:
    """Closing any descriptor of a file drops a process's locks on it: SQLite elsewhere would remove a log in use."""
    path = tmp_path / "spool.db"
    first = Spool(path)
    Spool(path).close()
    other = f"from rongdun_agent.spool import Spool; from pathlib import Path; Spool(Path({str(path)!r})).close()"
    subprocess.run([sys.executable, "-c", other], check=True)
    first.record(survey_of("0"), T0)
    count = (
        "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM entry').fetchone()[0])"
    )
    done = subprocess.run([sys.executable, "-c", count, path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
