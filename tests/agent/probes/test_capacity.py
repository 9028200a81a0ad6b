import os
import subprocess
import time
from pathlib import Path

from rongdun_agent.host import Host
from rongdun_agent.probes import capacity
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.capacity import Usage
from tests.agent.conftest import MakeHost


def test_numbers_of_the_kernel(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/proc/sys/kernel/random/boot_id": "0b6b1a6c-1111-2222-3333-444444444444\n",
            "/proc/uptime": "864000.25 1700000.00\n",
            "/proc/loadavg": "0.10 1.25 2.00 1/200 4242\n",
            "/proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    2048 kB\n",
            "/proc/pressure/cpu": (
                "some avg10=1.00 avg60=2.00 avg300=3.50 total=9\nfull avg10=0 avg60=0 avg300=0.00 total=0\n"
            ),
        }
    )
    facts = capacity.probe(host).facts
    assert facts.boot_id == "0b6b1a6c-1111-2222-3333-444444444444"
    assert (facts.uptime_s, facts.load_5m, facts.memory_available_bytes) == (864000.25, 1.25, 2048 * 1024)
    assert (facts.cpu_pressure, facts.memory_pressure) == (3.5, None)
    assert facts.file_systems == Unknown(unknown="not a live host")


def test_file_systems_are_as_full_as_df_says() -> None:
    found = {usage.target: usage for usage in capacity.probe(Host()).facts.file_systems if isinstance(usage, Usage)}
    printed = subprocess.run(
        ["df", "-B1", "--output=size,pcent", "/"], capture_output=True, text=True, check=True
    ).stdout
    size, percent = printed.splitlines()[1].split()
    assert found["/"].size_bytes == int(size)
    assert abs(found["/"].used_ratio * 100 - int(percent.rstrip("%"))) <= 1.5
    inodes = os.statvfs("/")
    ratio = found["/"].inodes_used_ratio
    assert ratio is not None
    assert abs(ratio - (1 - inodes.f_ffree / inodes.f_files)) < 0.01


def test_the_up_time_is_this_hosts() -> None:
    facts = capacity.probe(Host()).facts
    assert facts.uptime_s is not None
    assert abs(facts.uptime_s - time.clock_gettime(time.CLOCK_BOOTTIME)) < 60
    assert facts.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def test_a_file_system_is_not_counted_twice() -> None:
    targets = [usage.target for usage in capacity.probe(Host()).facts.file_systems if isinstance(usage, Usage)]
    assert len(targets) == len(set(targets))
    devices = [Path(target).stat().st_dev for target in targets]
    assert len(devices) == len(set(devices))
