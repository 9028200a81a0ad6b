"""The host that is looked at, and the walk that was made of it before."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from rongdun_agent.errors import AgentError
from rongdun_agent.host import Host
from rongdun_agent.scan.target import open_host, with_kept_walk
from rongdun_agent.state import State
from rongdun_contract.documents import Unavailable, section_of

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOT_WALKED = {"walk": Unavailable("not probed", "the file system was not walked")}
WALKED = section_of(1, {"privileged": [], "refused": []}, {}, taken_at=NOW - timedelta(days=3))


def test_a_live_scan_uses_the_last_walk_with_its_date(tmp_path):
    state = State(tmp_path)
    state.save_walk(WALKED, NOW - timedelta(days=3))
    found = with_kept_walk(Host(), {**NOT_WALKED, "os": Unavailable("error")}, state)
    assert found["walk"].facts == WALKED.facts
    assert found["walk"].taken_at == NOW - timedelta(days=3)
    assert found["os"] == Unavailable("error")


def test_without_a_walk_it_is_unknown(tmp_path):
    assert with_kept_walk(Host(), NOT_WALKED, State(tmp_path / "none")) == NOT_WALKED


def test_a_walk_made_now_is_kept_for_the_next_scan(tmp_path):
    state = State(tmp_path / "new")
    assert with_kept_walk(Host(), {"walk": WALKED}, state) == {"walk": WALKED}
    assert state.last_walk().facts == WALKED.facts


def test_a_walk_is_not_kept_in_a_directory_of_another_account(tmp_path):
    """Written by root into the service's directory it would lock the service out of its own file."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a directory away")
    folder = tmp_path / "service"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    with_kept_walk(Host(), {"walk": WALKED}, State(folder))
    assert list(folder.iterdir()) == []


def test_a_walk_of_a_tree_is_nobodys_last_walk(make_host, tmp_path):
    state = State(tmp_path / "state")
    with_kept_walk(make_host({}), {"walk": WALKED}, state)
    assert state.last_walk() is None


def test_a_kept_walk_that_may_not_be_read_is_not_called_missing(tmp_path):
    state = State(tmp_path)
    (tmp_path / "walk.json").write_text("{")
    found = with_kept_walk(Host(), NOT_WALKED, state)
    assert found["walk"].reason == "not probed"
    assert "is damaged" in found["walk"].detail


def test_a_walk_that_was_refused_stays_so(tmp_path):
    state = State(tmp_path)
    state.save_walk(WALKED, NOW)
    refused = {"walk": Unavailable("no permission", "/")}
    assert with_kept_walk(Host(), refused, state) == refused


def test_a_root_that_may_not_be_entered_is_told(shared_path, as_nobody):
    closed = shared_path / "closed"
    closed.mkdir(mode=0o700)

    def look() -> str:
        try:
            open_host(str(closed))
        except AgentError as error:
            return error.what
        return "opened"

    if os.geteuid() == 0:
        assert as_nobody(look) == "may not be read"
    assert not open_host(str(closed)).live
    assert open_host(None).live
