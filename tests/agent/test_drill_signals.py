"""The drill pack over whole hosts: nothing moves, nothing is told; something moves, and the object is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.survey import survey
from rongdun_contract.documents import Survey
from rongdun_contract.evaluate import evaluate
from rongdun_contract.rules import Pack, load_pack
from tests.agent.debian_server import copy_to

NOW = datetime(2026, 5, 1, tzinfo=UTC)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2nHt5SGpDYwMDAw8P+rY6R3mUvCjK3mN2UXlMMB1nN evil\n"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(Path(__file__).parents[2] / "rules/drill-host")


@pytest.fixture
def server(tmp_path: Path) -> Path:
    root = tmp_path / "host"
    copy_to(root)
    return root


def signals(pack: Pack, now: Survey, before: Survey) -> set[tuple[str, str]]:
    """Return signal and object of everything that is new."""
    found = evaluate(pack.stable, now, now=NOW, reference=before)
    return {(one.rule, named.key) for one in found if one.verdict == "fail" for named in one.objects}


def read(root: Path) -> Survey:
    return survey(Host(root=root))[0]


def test_a_pack_has_a_signal_for_each_of_what_an_answer_in_seconds_is_promised(pack: Pack) -> None:
    severities = {rule.id: rule.severity for rule in pack.stable}
    assert severities["new-uid-0-account"] == "critical"
    assert {"new-authorized-key", "new-cron-job", "new-systemd-unit", "new-privileged-file"} <= severities.keys()
    assert severities["new-listening-port"] == "medium"


def test_a_host_on_which_nothing_moved_gives_no_signal(pack: Pack) -> None:
    """Two surveys of the living host that runs this: whatever a second changes by itself is no signal."""
    quiet = [rule for rule in pack.stable if rule.sections.isdisjoint({"sockets", "services"})]
    before, after = survey(Host())[0], survey(Host())[0]
    found = evaluate(quiet, after, now=NOW, reference=before)
    assert [(one.rule, one.objects) for one in found if one.verdict == "fail"] == []
    assert sum(one.verdict == "pass" for one in found) >= 15


def append(path: str, text: str) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as opened:
            opened.write(text)

    return act


def remark_everywhere(root: Path) -> None:
    for path in ("etc/profile", "etc/pam.d/sshd", "etc/crontab", "etc/sudoers", "etc/ssh/sshd_config"):
        if (root / path).exists():
            append(path, "\n# reviewed\n")(root)


def rewrite_keys(root: Path) -> None:
    for file in root.glob("home/*/.ssh/authorized_keys"):
        file.write_bytes(file.read_bytes())


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(append("etc/passwd", "toor:x:0:0::/root:/bin/bash\n"), ("new-uid-0-account", "toor"), id="uid 0"),
        pytest.param(
            append("etc/passwd", "evil:x:994:100::/home/evil:/bin/bash\n"), ("new-login-account", "evil"), id="account"
        ),
        pytest.param(
            append("etc/passwd", "butter:x:1001:0::/root:/bin/bash\n"),
            ("new-administrator", "butter root"),
            id="the group of root",
        ),
        pytest.param(
            append("etc/ld.so.preload", "/tmp/x.so\n"), ("new-preloaded-library", "/etc/ld.so.preload"), id="preload"
        ),
        pytest.param(
            append("etc/cron.d/art", "* * * * * root /tmp/x\n"), ("new-cron-job", "/etc/cron.d/art /tmp/x"), id="cron"
        ),
        pytest.param(
            append("etc/systemd/system/art.service", "[Service]\nExecStart=/tmp/x\n"),
            ("new-systemd-unit", "art.service"),
            id="unit",
        ),
        pytest.param(
            append("etc/systemd/system/ssh.service.d/art.conf", "[Service]\nExecStartPost=/tmp/x\n"),
            ("new-unit-drop-in", "/etc/systemd/system/ssh.service.d/art.conf"),
            id="drop-in",
        ),
        pytest.param(append("etc/profile", "/tmp/x\n"), ("new-shell-profile", "/etc/profile"), id="profile"),
        pytest.param(
            append("etc/sudoers", "art ALL=(ALL) NOPASSWD: ALL\n"), ("new-sudo-without-password", "art ALL"), id="sudo"
        ),
    ],
)
def test_a_stimulus_gives_its_signal_with_the_objects_name_and_its_removal_takes_it_away(
    pack: Pack, server: Path, act: Callable[[Path], None], expected: tuple[str, str], tmp_path: Path
) -> None:
    before = read(server)
    act(server)
    assert expected in signals(pack, read(server), before)
    restored = tmp_path / "restored"
    copy_to(restored)
    assert signals(pack, read(restored), before) == set()


@pytest.mark.parametrize("act", [remark_everywhere, rewrite_keys])
def test_what_says_the_same_as_before_gives_no_signal(pack: Pack, server: Path, act: Callable[[Path], None]) -> None:
    """A remark, or a key file written anew with the same keys (a stimulus that is sold as a new key), is no news."""
    before = read(server)
    act(server)
    assert signals(pack, read(server), before) == set()


def test_a_new_key_is_named_by_account_and_fingerprint(pack: Pack, server: Path) -> None:
    append("root/.ssh/authorized_keys", "")(server)
    before = read(server)
    append("root/.ssh/authorized_keys", KEY)(server)
    ((signal, key),) = signals(pack, read(server), before)
    assert signal == "new-authorized-key"
    assert key.startswith("root SHA256:")
