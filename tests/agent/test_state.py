"""The agent's directory: whole or not at all, and damage is said in words."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rongdun_agent.errors import AgentError
from rongdun_agent.spool import Spool
from rongdun_agent.state import Credential, State, default_state
from rongdun_contract.documents import section_of

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    state = State(tmp_path / "new" / "agent")
    credential = Credential("https://c", "h", "h.secret", ca="PEM")
    state.save_credential(credential)
    walk = section_of(1, {"unowned": ["/x"]}, {})
    state.save_walk(walk, AT)
    assert state.credential() == credential
    kept = state.last_walk()
    assert kept is not None
    assert (kept.facts_digest, kept.taken_at) == (walk.facts_digest, AT)


def test_the_credential_is_for_the_agent_alone(tmp_path: Path) -> None:
    state = State(tmp_path / "agent")
    state.save_credential(Credential("http://127.0.0.1", "h", "h.secret"))
    assert state.folder.stat().st_mode & 0o077 == 0
    assert (state.folder / "credential.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("walk.json", "{", id="cut short"),
        pytest.param("walk.json", "{}", id="a key is missing"),
        pytest.param("walk.json", '{"taken_at": "soon", "schema": 1, "facts": {}, "sources": {}}', id="no time"),
    ],
)
def test_a_damaged_walk_is_named_with_its_remedy(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(AgentError, match="is damaged: remove it"):
        State(tmp_path).last_walk()


def test_two_cycles_at_once_are_refused(tmp_path: Path) -> None:
    state = State(tmp_path)
    with state.locked(), pytest.raises(AgentError, match="another cycle is running"), State(tmp_path).locked():
        pass


def test_a_nonce_survives_until_the_enrolment_is_complete(tmp_path: Path) -> None:
    """Repeating an enrolment after a crash must not count as a second host."""
    state = State(tmp_path)
    assert state.pending_nonce("a" * 32) == "a" * 32
    assert State(tmp_path).pending_nonce("b" * 32) == "a" * 32
    state.forget_nonce()
    assert state.pending_nonce("c" * 32) == "c" * 32


def test_the_directory_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RONGDUN_STATE", str(tmp_path))
    assert default_state() == tmp_path
    monkeypatch.delenv("RONGDUN_STATE")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert default_state() == tmp_path / "state" / "rongdun"


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to make files for others")
def test_what_root_makes_belongs_to_the_folders_owner(tmp_path: Path) -> None:
    """Root enrols, then a service of another user goes on: it must be able to write every file that is there."""
    folder = tmp_path / "agent"
    folder.mkdir()
    os.chown(folder, 4321, 4322)
    state = State(folder)
    state.save_credential(Credential("http://127.0.0.1", "h", "h.secret"))
    with state.locked(), closing(Spool(state.spool_path)) as spool:
        spool.renew_epoch()
        names = {path.name for path in folder.iterdir()}
        assert {"credential.json", "lock", "spool.db", "spool.db-wal", "spool.db-shm"} <= names
        assert {(path.stat().st_uid, path.stat().st_gid) for path in folder.iterdir()} == {(4321, 4322)}


def make_all_files(state: State) -> None:
    with state.locked(), closing(Spool(state.spool_path)):
        state.save_credential(Credential("http://127.0.0.1", "h", "h.secret"))


@pytest.mark.parametrize("name", ["lock", ".credential.json.new", "spool.db"])
def test_no_link_leads_root_out_of_the_folder(tmp_path: Path, name: str) -> None:
    """The folder's owner has few rights, and root writes there: a link would lend him root's."""
    precious = tmp_path / "precious"
    precious.write_text("kept")
    state = State(tmp_path / "agent")
    state.folder.mkdir()
    (state.folder / name).symlink_to(precious)
    with pytest.raises((OSError, AgentError)):
        make_all_files(state)
    assert precious.read_text() == "kept"


def test_only_one_delivers(tmp_path: Path) -> None:
    """A watcher and a cycle would overtake each other."""
    state = State(tmp_path)
    with state.delivering() as first, State(tmp_path).delivering() as second:
        assert (first, second) == (True, False)
    with state.delivering() as again:
        assert again


def test_a_drill_is_told_to_the_supervisor_and_forgotten_as_a_whole(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.save_drill({"id": "spring"}, 1_800_000_000.7)
    state.save_watch_report({"pid": 1})
    assert (tmp_path / "drill").read_bytes() == b"1800000000"
    assert state.drill() == {"id": "spring"}
    state.end_drill()
    assert (state.drill(), state.watch_report()) == (None, {})
    assert list(tmp_path.iterdir()) == []


def test_a_refused_drill_is_kept_until_there_is_none(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.save_refusal("spring: it is over by this host's clock")
    assert state.drill_refusal() == "spring: it is over by this host's clock"
    state.save_refusal(None)
    assert state.drill_refusal() is None
