"""A service that stops is noticed by its control group, wherever this generation of them is mounted."""

from __future__ import annotations

import pytest

from rongdun_agent.watch.polls import running_services
from tests.agent.conftest import MakeHost


@pytest.mark.parametrize("mounted", ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"])
def test_services_are_told_and_sessions_are_not(make_host: MakeHost, mounted: str) -> None:
    groups = ("cron.service", "rsyslog.service", "run-1.scope", "dev-hugepages.mount")
    host = make_host({f"{mounted}/system.slice/{name}": {"dir": True} for name in groups})
    before = running_services(host)
    assert before == ("cron.service", "rsyslog.service")
    host.on_disk(f"{mounted}/system.slice/run-1.scope").rmdir()
    assert running_services(host) == before
    host.on_disk(f"{mounted}/system.slice/rsyslog.service").rmdir()
    assert running_services(host) == ("cron.service",)


def test_without_control_groups_there_are_none(make_host: MakeHost) -> None:
    assert running_services(make_host({})) == ()
