"""The finding of the discovery service, as the agent reads it: strictly, and only as long as the service lives."""

import json
from typing import Any

import pytest

from rongdun_agent.discovery.finding import FINDING_PATH, MOST_BYTES
from rongdun_agent.host import HostError, TooLarge
from rongdun_agent.probes import devices
from rongdun_agent.survey import survey
from rongdun_contract.documents import Unavailable
from tests.agent.conftest import MakeHost

BOOT = "5c0f1f5e-0000-4000-8000-000000000001"
PRINTER = {
    "interface": "eth0",
    "mac": "00:1b:a9:00:00:01",
    "mac_kind": "assigned",
    "present": True,
    "ipv4": ["10.77.0.9"],
    "seen_by": ["arp", "dhcp"],
    "hostname": "printer",
}
LINK = {"interface": "eth0", "listening": True, "networks": ["10.77.0.0/24"], "sweeps": ["10.77.0.0/25"]}


def machine(uptime: str = "1030.50 99.0", boot: str = BOOT) -> dict[str, str]:
    return {"/proc/uptime": f"{uptime}\n", "/proc/sys/kernel/random/boot_id": f"{boot}\n"}


def finding(**other: Any) -> dict[str, str]:
    found = {"listener": "running", "segments": [LINK], "devices": [PRINTER]}
    fields = {"format": 1, "boot": BOOT, "uptime_s": 1000.0, "good_for_s": 60.0, "devices": found} | other
    return {FINDING_PATH: json.dumps(fields)}


def test_a_host_without_the_service_watches_no_segment(make_host: MakeHost) -> None:
    facts = devices.probe(make_host(machine())).facts
    assert facts.listener is None
    assert facts.segments == facts.devices == ()


def test_what_the_service_wrote_is_told(make_host: MakeHost) -> None:
    facts = devices.probe(make_host(machine() | finding())).facts
    assert facts.listener == "running"
    assert facts.segments[0].sweeps == ("10.77.0.0/25",)
    assert (facts.devices[0].hostname, facts.devices[0].present) == ("printer", True)


@pytest.mark.parametrize(
    "since",
    [
        pytest.param(machine("1061 1"), id="it broke its promise to write again"),
        pytest.param(machine("1001 1", boot="another"), id="the host was started again since"),
    ],
)
def test_of_a_dead_listener_no_presence_is_believed(make_host: MakeHost, since: dict[str, str]) -> None:
    """Otherwise an agent would be said to be on the wire for ever because the sensor beside it has died."""
    facts = devices.probe(make_host(since | finding())).facts
    assert facts.listener == "silent"
    assert facts.devices[0].present.unknown == "not probed"
    assert facts.devices[0].ipv4 == ("10.77.0.9",)


def test_a_tree_tells_no_presence(make_host: MakeHost) -> None:
    facts = devices.probe(make_host(finding())).facts
    assert facts.listener.unknown == facts.devices[0].present.unknown == "not a live host"


def device(**other: Any) -> dict[str, Any]:
    return {"devices": {"devices": [PRINTER | other]}}


@pytest.mark.parametrize(
    "file",
    [
        pytest.param({FINDING_PATH: ""}, id="empty"),
        pytest.param({FINDING_PATH: "[" * 100_000}, id="nested without end"),
        pytest.param({FINDING_PATH: b"\xff\xfe"}, id="no text"),
        pytest.param({FINDING_PATH: finding()[FINDING_PATH][:-20]}, id="cut short"),
        pytest.param(finding(format=2), id="of a later format"),
        pytest.param(finding(good_for_s=1e9), id="good for ever"),
        pytest.param({FINDING_PATH: finding()[FINDING_PATH].replace("1000.0", "NaN")}, id="written at no time"),
        pytest.param(finding(command="id"), id="with a field more"),
        pytest.param(finding(**device(mac="00:1b:a9:00:00:01; id")), id="a link address with a tail"),
        pytest.param(finding(**device(mac="00:1b:a9:00:00:01\n")), id="a link address with a line break"),
        pytest.param(finding(**device(ipv4=["10.77.0.9"] * 65)), id="more addresses than there may be"),
        pytest.param(finding(**device(hostname="x" * 129)), id="a name without end"),
        pytest.param(finding(**device(seen_by=["dreams"])), id="seen in no way that there is"),
        pytest.param(finding(**device(present=None)), id="neither there nor gone"),
    ],
)
def test_a_damaged_file_is_unavailable_and_says_so(make_host: MakeHost, file: dict[str, Any]) -> None:
    host = make_host(machine() | file)
    with pytest.raises(HostError, match="is damaged"):
        devices.probe(host)
    found, _ = survey(host, sections=["devices"])
    part = found["devices"]
    assert isinstance(part, Unavailable)
    assert (part.reason, FINDING_PATH in part.detail) == ("error", True)


def test_a_file_larger_than_the_service_writes_is_not_read(make_host: MakeHost) -> None:
    with pytest.raises(TooLarge):
        devices.probe(make_host(machine() | {FINDING_PATH: b" " * (MOST_BYTES + 1)}))


def test_what_is_closed_is_no_permission(make_host: MakeHost, as_nobody: Any) -> None:
    host = make_host(machine() | {FINDING_PATH: {"content": finding()[FINDING_PATH], "mode": "0000"}})
    found = as_nobody(lambda: survey(host, sections=["devices"])[0]["devices"].reason)
    assert found == "no permission"
