"""From what somebody does on a server to what the collector finds: in seconds, by name, at next to no cost."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.end_to_end.collector_process import CollectorProcess
from tests.end_to_end.drill_host import DrillHost, moment, now, wait_for
from tests.end_to_end.stimuli import KEY, STIMULI, Stimulus
from tests.lab import roots
from tests.lab.booted import booted
from tests.lab.installed import build_wheels, fitting_suite, install
from tests.lab.namespaces import inside, named_namespace
from tests.lab.ports import free_port
from tests.lab.roots import Root

pytestmark = [pytest.mark.root, pytest.mark.systemd, pytest.mark.slow]

MEDIAN_S, P95_S = 3.0, 10.0
WATCHER_SHARE, WATCHER_BYTES = 0.02, 45 << 20
QUIET_S = 60
INTERVAL_S = 60
WATCHED_WITHIN_S = INTERVAL_S * 1.1 + 15
"""One interval with its jitter, and what the cycle and the start of the watcher take on a machine that is busy."""
GIVEN_UP_S = 30.0
PACKAGES = (
    *("adduser", "ca-certificates", "dbus", "libcap2-bin", "libpam-systemd", "ncat", "nftables"),
    *("openssh-server", "perl", "psmisc", "rsyslog", "socat", "sudo"),
)
BENIGN_PACKAGES = ("anacron", "at", "cron", "logrotate", "nginx-light")
NO_PRESSURE = "".join(f"pressure_{what} = 100\n" for what in ("cpu", "memory", "io"))
"""Other tests on this machine are no reason for a cycle to wait here."""
SETTINGS = f"interval_s = {INTERVAL_S}\ninterval_max_s = {INTERVAL_S}\n{NO_PRESSURE}"


@pytest.fixture(scope="module")
def drill_root(debian_root: Callable[..., Root]) -> Iterator[Root]:
    """Yield a server with the product on it, two accounts, and in apt's cache what a day's upgrade brings."""
    base = Path(tempfile.mkdtemp(prefix="rongdun-drill-"))
    root = debian_root(fitting_suite(), *PACKAGES).copy(base / "root")
    install(root, build_wheels(base / "wheels"))
    resolver = root.path / "etc/resolv.conf"
    resolver.unlink(missing_ok=True)
    resolver.write_bytes(Path("/etc/resolv.conf").read_bytes())
    for argv in (
        ("apt-get", "-qq", "update"),
        ("apt-get", "-qq", "-y", "--no-install-recommends", "--download-only", "install", *BENIGN_PACKAGES),
        ("apt-get", "-qq", "-y", "--download-only", "--reinstall", "install", "rsyslog", "sudo"),
        ("useradd", "--create-home", "--shell", "/bin/bash", "li"),
        ("usermod", "--password", "*", "li"),
        ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/admin"),
        ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", KEY),
        ("install", "-d", "-m", "700", "-o", "li", "-g", "li", "/home/li/.ssh"),
        ("install", "-m", "600", "-o", "li", "-g", "li", "/root/admin.pub", "/home/li/.ssh/authorized_keys"),
    ):
        done = root.run(*argv, timeout_s=180)
        assert done.returncode == 0, f"{argv}: {done.stderr}"
    (root.path / "etc/rongdun").mkdir(exist_ok=True)
    (root.path / "etc/rongdun/agent.toml").write_text(SETTINGS)
    yield root
    roots.remove(base)


@pytest.fixture(scope="module")
def host(drill_root: Root) -> Iterator[DrillHost]:
    """Yield the booted server with its agent enrolled; the collector is a process outside, on the same loopback."""
    with (
        named_namespace() as network,
        inside(network),
        tempfile.TemporaryDirectory(prefix="rongdun-collector-") as place,
        booted(drill_root, network=network) as machine,
    ):
        folder = Path(place)
        collector = CollectorProcess(("--data", str(folder / "data")), free_port(), folder / "collector.log")
        collector.command("migrate")
        collector.start()
        try:
            collector.wait()
            found = DrillHost(machine, collector)
            found.begin(folder)
            yield found
        finally:
            collector.stop()


@pytest.fixture(scope="module")
def watched_after_s(host: DrillHost) -> float:
    """Open the drill; seconds until the host watched."""
    return host.open_drill()


@dataclass(frozen=True)
class Quiet:
    """What the watcher cost while nothing happened."""

    share: float
    resident_bytes: int


@pytest.fixture(scope="module")
def quiet(host: DrillHost, watched_after_s: float) -> Quiet:
    """Watch a quiet minute."""
    assert watched_after_s > 0
    time.sleep(10)  # what the beginning of a drill takes is over
    pid = host.watcher_pid()
    began, before = time.monotonic(), host.cpu_s(pid)
    time.sleep(QUIET_S)
    return Quiet((host.cpu_s(pid) - before) / (time.monotonic() - began), host.resident_bytes(pid))


@pytest.fixture(scope="module")
def ordinary(host: DrillHost, quiet: Quiet) -> list[dict[str, Any]]:
    """Replay an ordinary day, which also brings what the stimuli need; return what was found meanwhile."""
    assert quiet
    install_now = "DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends --no-download install"
    for act in (
        f"{install_now} {' '.join(BENIGN_PACKAGES)}",
        f"{install_now.replace(' install', ' --reinstall install')} rsyslog sudo",
        "logrotate -f /etc/logrotate.conf",
        "su - li -c true",
        "ssh -i /root/admin -o StrictHostKeyChecking=no li@127.0.0.1 sudo -n true || true",
        "systemctl restart cron rsyslog ssh",
        "run-parts /etc/cron.daily",
        "useradd -r -M -s /usr/sbin/nologin made-by-a-package",
        "passwd -q -l li; usermod -p '*' li",
        "cp -p /home/li/.ssh/authorized_keys /root/kept; cat /root/kept >/home/li/.ssh/authorized_keys",
        "touch /etc/passwd /etc/crontab /etc/pam.d/sshd",
    ):
        host.sh(act, timeout_s=180)
    time.sleep(15)
    return host.objects()


@dataclass(frozen=True)
class Outcome:
    """What became of a stimulus; times that never came are infinite."""

    stimulus: Stimulus
    detected_s: float
    disposed_s: float


@pytest.fixture(scope="module")
def outcomes(host: DrillHost, ordinary: list[dict[str, Any]]) -> list[Outcome]:
    """Do everything, wait for each to be found, then undo everything and wait for each to be gone."""
    assert isinstance(ordinary, list)
    began = {stimulus.name: _detected(host, stimulus) for stimulus in STIMULI}
    ended = {}
    for stimulus in STIMULI:
        ended[stimulus.name] = now()
        host.sh(stimulus.undo)
    _wait_until_disposed(host)
    found = [
        Outcome(stimulus, began[stimulus.name], _disposed_after(host, stimulus, ended[stimulus.name]))
        for stimulus in STIMULI
    ]
    _report(found)
    return found


def _detected(host: DrillHost, stimulus: Stimulus) -> float:
    """Act; seconds from before the act until the collector received what names the object."""
    t0 = now()
    host.sh(stimulus.act)
    host.noted[stimulus.name] = host.sh(stimulus.note).strip()
    try:
        found = wait_for(lambda: _object(host, stimulus), GIVEN_UP_S)
    except AssertionError:
        return math.inf
    return (moment(found["detected_at"]) - t0).total_seconds()


def _object(host: DrillHost, stimulus: Stimulus) -> dict[str, Any] | None:
    key = stimulus.key.replace("{word}", host.noted[stimulus.name])
    return host.found(stimulus.signal, lambda named: named == key)


def _wait_until_disposed(host: DrillHost) -> None:
    end = time.monotonic() + GIVEN_UP_S
    while time.monotonic() < end:
        found = [_object(host, stimulus) for stimulus in STIMULI]
        if all(one is None or one["disposed_at"] for one in found):
            return
        time.sleep(0.5)


def _disposed_after(host: DrillHost, stimulus: Stimulus, undone: datetime) -> float:
    found = _object(host, stimulus)
    if found is None or found["disposed_at"] is None:
        return math.inf
    return (moment(found["disposed_at"]) - undone).total_seconds()


def _report(outcomes: list[Outcome]) -> None:
    print(f"\n\n{'stimulus':48}{'detected s':>12}{'disposed s':>12}")
    for one in outcomes:
        print(f"{one.stimulus.name:48}{one.detected_s:12.2f}{one.disposed_s:12.2f}")
    times = [one.detected_s for one in outcomes]
    print(f"{len(times)} stimuli: median {median(times):.2f} s, p95 {p95(times):.2f} s")


def p95(times: list[float]) -> float:
    """The smallest time within which 95 of a hundred are."""
    return sorted(times)[math.ceil(0.95 * len(times)) - 1]


def test_the_host_watches_within_one_interval(watched_after_s: float) -> None:
    assert watched_after_s <= WATCHED_WITHIN_S


def test_every_signal_of_the_pack_can_be_told(host: DrillHost, watched_after_s: float) -> None:
    """Only what a container cannot see may be missing."""
    assert watched_after_s
    assert host.blind() == []


def test_an_ordinary_day_raises_no_alarm(ordinary: list[dict[str, Any]]) -> None:
    alarms = [(one["signal"], one["key"]) for one in ordinary if one["severity"] in ("critical", "high")]
    assert alarms == []


def test_twenty_stimuli_are_found_by_name(outcomes: list[Outcome]) -> None:
    assert len(outcomes) >= 20
    assert [one.stimulus.name for one in outcomes if one.detected_s == math.inf] == []


def test_they_are_found_within_seconds(outcomes: list[Outcome]) -> None:
    times = [one.detected_s for one in outcomes]
    assert median(times) <= MEDIAN_S
    assert p95(times) <= P95_S


def test_undoing_them_is_seen_too(outcomes: list[Outcome]) -> None:
    assert [one.stimulus.name for one in outcomes if one.disposed_s == math.inf] == []


def test_the_watcher_costs_next_to_nothing_on_a_quiet_host(quiet: Quiet) -> None:
    print(f"\n\nwatcher: {quiet.share:.2%} of a core, {quiet.resident_bytes / 2**20:.1f} MiB resident")
    assert quiet.share <= WATCHER_SHARE
    assert quiet.resident_bytes <= WATCHER_BYTES
