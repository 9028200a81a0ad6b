"""When passwords are tried: once a round, at once when one was changed; an old answer is never given for a new one."""

from __future__ import annotations

import os
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from rongdun_agent.config import Config, GuessBounds
from rongdun_agent.cycle import run_cycle
from rongdun_agent.guesses.stamp import stamp_of
from rongdun_agent.host import Host
from rongdun_agent.scan.target import with_kept_guesses
from rongdun_agent.spool import Spool
from rongdun_agent.state import Credential, State
from rongdun_agent.survey import WEAK_PASSWORDS
from rongdun_contract.documents import Unavailable, section_of

NOW = datetime.now(UTC).replace(microsecond=0)
NOWHERE = Credential("http://127.0.0.1:9", "host", "host.secret")
NOT_TRIED = {WEAK_PASSWORDS: Unavailable("not probed", "nobody asked for passwords to be tried")}
TRIED = section_of(1, {"accounts": [{"name": "li", "guessable": False, "shares_hash": False}]}, {}, taken_at=NOW)


def md5(password: str) -> str:
    command = ["openssl", "passwd", "-1", "-stdin"]
    return subprocess.run(command, input=password, capture_output=True, text=True, check=True).stdout.strip()


def set_password(root, password: str) -> None:
    """As passwd does it: a new file in the place of the old one."""
    (root / "etc/shadow.new").write_text(f"li:{md5(password)}:19000::::::\n")
    (root / "etc/shadow.new").replace(root / "etc/shadow")


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root/etc").mkdir(parents=True)
    (tmp_path / "root/etc/passwd").write_text("li:x:1000:1000::/:/bin/sh\n")
    set_password(tmp_path / "root", "123456")
    return tmp_path / "root"


@pytest.fixture
def state(tmp_path):
    made = State(tmp_path / "state")
    made.save_credential(NOWHERE)
    return made


def cycle(root, state, at, **bounds):
    """One cycle whose collector is away; returns the state that waits, whether it tried just now, and its report."""
    config = Config(weak_passwords=GuessBounds(seconds=30, **bounds))
    report = run_cycle(Host(root), state, config, at)
    with closing(Spool(state.spool_path, config.spool_bytes)) as spool:
        last = spool.pending()[-1]
    return last, "weak_passwords" in report.probe_seconds, report


def told_of(state, root):
    return [account["guessable"] for account in state.last_guesses(stamp_of(Host(root))).facts["accounts"]]


def test_a_host_that_did_not_ask_is_left_alone(root, state):
    waiting, tried, _ = cycle(root, state, NOW)
    assert not tried
    assert waiting.manifest[WEAK_PASSWORDS] == {"unavailable": "not probed"}
    assert state.last_guesses(stamp_of(Host(root))) is None


def test_it_is_tried_once_a_round_and_when_a_password_was_changed(root, state):
    waiting, tried, _ = cycle(root, state, NOW, enabled=True)
    assert tried
    assert waiting.manifest[WEAK_PASSWORDS]["schema"] == 1
    assert waiting.read_at[WEAK_PASSWORDS] == NOW
    assert told_of(state, root) == [True]
    later, tried, _ = cycle(root, state, NOW + timedelta(minutes=15), enabled=True)
    assert not tried
    assert later.manifest[WEAK_PASSWORDS] == waiting.manifest[WEAK_PASSWORDS]
    set_password(root, "kX9#vTq2LmZ!p0")
    assert cycle(root, state, NOW + timedelta(minutes=30), enabled=True)[1]
    assert told_of(state, root) == [False]
    assert cycle(root, state, NOW + timedelta(days=7, minutes=30), enabled=True)[1]


def test_a_missing_file_of_words_is_a_probes_error_and_the_cycle_goes_on(root, state):
    _, _, report = cycle(root, state, NOW, enabled=True, words="/nonexistent/words")
    assert "cannot be read" in report.probe_errors["weak_passwords"]
    assert report.root


def test_a_scan_uses_what_was_tried_last(state):
    of = stamp_of(Host())
    state.save_guesses(TRIED, NOW, of)
    assert with_kept_guesses(Host(), NOT_TRIED, state, of)[WEAK_PASSWORDS].facts == TRIED.facts


def test_what_was_tried_before_a_change_is_not_told_of_what_is_there_now(state):
    """Somebody was given `123456` after the last round: the old `false` would be a false pass."""
    of = stamp_of(Host())
    state.save_guesses(TRIED, NOW, of)
    assert with_kept_guesses(Host(), NOT_TRIED, state, [of[0] + 1, *of[1:]]) == NOT_TRIED


def test_what_a_scan_tried_is_kept_for_the_stamp_from_before_it(state):
    with_kept_guesses(Host(), {WEAK_PASSWORDS: TRIED}, state, [1.5, 2, 3])
    assert state.last_guesses([1.5, 2, 3]).facts == TRIED.facts
    assert state.last_guesses([1.5, 2, 4]) is None
    assert os.stat(state.folder / "weak_passwords.json").st_mode & 0o077 == 0  # noqa: PTH116 - the mode alone


def test_what_was_tried_of_a_tree_is_kept_for_nobody(root, state):
    with_kept_guesses(Host(root), {WEAK_PASSWORDS: TRIED}, state, [1.5])
    assert state.last_guesses([1.5]) is None


def test_a_damaged_file_is_said(state):
    state.save_guesses(TRIED, NOW, [1.5])
    (state.folder / "weak_passwords.json").write_text("{")
    found = with_kept_guesses(Host(), NOT_TRIED, state, [1.5])
    assert "is damaged" in found[WEAK_PASSWORDS].detail
