"""The wire as the collector tells it: check-ins of an observer and of hosts, then the API, the page and the CSV."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from rongdun_collector.devices.recorder import record_looks
from rongdun_collector.store.devices import due_observers
from rongdun_collector.store.hosts import retire
from rongdun_collector.store.tables.devices import WIRE_OBSERVERS, WIRE_SIGHTINGS
from rongdun_contract.documents import Survey, Unavailable
from rongdun_contract.facts.devices import Device, Devices, Segment
from rongdun_contract.facts.network import Interface, Network
from tests.collector.agents import Agent, section
from tests.collector.serving import Collector

OBSERVER, HOST, STRANGER = (f"52:54:00:00:00:0{number}" for number in (1, 2, 9))


def network(mac: str, address: str) -> Any:
    """Return a network section with one card."""
    card = Interface(name="eth0", kind="ethernet", mac=mac, up=True, ipv4=(f"{address}/24",))
    return section(Network(interfaces=(card,)).model_dump(mode="json", exclude_none=True))


def wire(*devices: Device, listening: bool = True, listener: Literal["running", "silent"] = "running") -> Any:
    """Return what a discovery service on eth0 sees."""
    segment = Segment(interface="eth0", listening=listening, mac=OBSERVER, networks=("10.0.0.0/24",))
    found = Devices(listener=listener, segments=(segment,), devices=devices)
    return section(found.model_dump(mode="json", exclude_none=True))


def seen(mac: str, *addresses: str, present: bool = True, **words: Any) -> Device:
    """Return a device as seen on eth0."""
    kind = words.pop("mac_kind", "assigned")
    return Device(interface="eth0", mac=mac, mac_kind=kind, present=present, ipv4=addresses, seen_by=("arp",), **words)


def pair(new_agent: Callable[..., Agent]) -> tuple[Agent, Agent]:
    """Return an observer and a host, enrolled."""
    return new_agent(hostname="watch-1", machine_id="a" * 32), new_agent(hostname="web-1", machine_id="b" * 32)


def observe(collector: Collector, observer: Agent, devices: Any) -> dict[str, Any]:
    """Report what the observer sees, and return the wire once it is counted in."""
    survey: Survey = {"network": network(OBSERVER, "10.0.0.1"), "devices": devices}
    observer.report(survey, collector.clock())
    settle(collector)
    found: dict[str, Any] = collector.get("/v1/wire")
    return found


def settle(collector: Collector) -> None:
    """Wait until all looks are counted in."""

    def done() -> bool:
        with collector.services.store.read() as connection:
            return not due_observers(connection)

    collector.settled(done)


def devices_of(collector: Collector, **asked: Any) -> dict[str, dict[str, Any]]:
    """Return the devices that the API lists, by link address."""
    return {one["mac"]: one for one in collector.get("/v1/devices", **asked)["devices"]}


def test_a_device_has_an_agent_when_a_host_says_it_is_its_card(
    collector: Collector, new_agent: Callable[..., Agent]
) -> None:
    observer, host = pair(new_agent)
    host.report({"network": network(HOST, "10.0.0.2")}, collector.clock())
    found = observe(collector, observer, wire(seen(HOST, "10.0.0.2"), seen(STRANGER, "10.0.0.9", hostname="printer")))
    assert (found["without_agent"], found["left"], found["mute"]) == (1, [], [])
    assert [one["interface"] for one in found["segments"]] == ["eth0"]
    listed = devices_of(collector)
    assert [row["hostname"] for row in listed[HOST]["hosts"]] == ["web-1"]
    assert (listed[STRANGER]["hosts"], listed[STRANGER]["hostname"], listed[STRANGER]["presence"]) == (
        [],
        "printer",
        "present",
    )
    assert devices_of(collector, agent="with").keys() == {HOST}
    assert devices_of(collector, agent="without", presence="present").keys() == {STRANGER}
    # The stranger gets an agent: no new look is needed.
    new_agent(hostname="printer", machine_id="c" * 32).report(
        {"network": network(STRANGER, "10.0.0.9")}, collector.clock()
    )
    assert collector.get("/v1/wire")["without_agent"] == 0


def test_a_host_that_leaves_and_one_whose_agent_dies_are_told_apart(
    collector: Collector, new_agent: Callable[..., Agent]
) -> None:
    observer, host = pair(new_agent)
    host.report({"network": network(HOST, "10.0.0.2")}, collector.clock())
    observe(collector, observer, wire(seen(HOST, "10.0.0.2")))
    looked = collector.clock.forward(hours=3)
    found = observe(collector, observer, wire(seen(HOST, "10.0.0.2"), seen(STRANGER)))
    assert [one["host"]["hostname"] for one in found["mute"]] == ["web-1"]
    assert datetime.fromisoformat(found["mute"][0]["present_at"]) == looked
    assert found["left"] == []
    lost = collector.clock.forward(minutes=10)
    found = observe(collector, observer, wire(seen(HOST, "10.0.0.2", present=False), seen(STRANGER)))
    [left] = found["left"]
    assert (left["host"]["hostname"], left["macs"], left["present_at"]) == (
        "web-1",
        [HOST],
        lost.isoformat()[:-6] + "Z",
    )
    assert found["mute"] == []


def test_a_host_with_two_cards_left_only_when_both_did(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    observer, host = pair(new_agent)
    second = "52:54:00:00:00:03"
    cards = (Interface(name="eth0", mac=HOST, up=True), Interface(name="eth1", mac=second, up=True))
    host.report({"network": section(Network(interfaces=cards).model_dump(mode="json"))}, collector.clock())
    assert observe(collector, observer, wire(seen(HOST), seen(second)))["left"] == []
    assert observe(collector, observer, wire(seen(HOST, present=False), seen(second)))["left"] == []
    assert len(observe(collector, observer, wire(seen(HOST, present=False), seen(second, present=False)))["left"]) == 1


def test_nobody_is_gone_where_nobody_listens(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    observer, host = pair(new_agent)
    host.report({"network": network(HOST, "10.0.0.2")}, collector.clock())
    observe(collector, observer, wire(seen(HOST)))
    for deaf in (wire(seen(HOST), listening=False), wire(listener="silent"), Unavailable("error", "broken")):
        assert observe(collector, observer, deaf)["left"] == []
        assert devices_of(collector)[HOST]["presence"] == "unknown"
    assert observe(collector, observer, wire(seen(HOST)))["left"] == []
    assert devices_of(collector)[HOST]["presence"] == "present"
    collector.clock.forward(hours=3)  # the observer falls silent: what it saw last says nothing of now
    assert devices_of(collector)[HOST]["presence"] == "unknown"
    assert collector.get("/v1/wire")["mute"] == []


def test_who_uses_the_address_of_a_host_under_another_card_is_told(
    collector: Collector, new_agent: Callable[..., Agent]
) -> None:
    observer, host = pair(new_agent)
    host.report({"network": network(HOST, "10.0.0.2")}, collector.clock())
    liar, router = seen(STRANGER, "10.0.0.2"), seen("00:00:5e:00:01:07", "10.0.0.2", mac_kind="virtual_router")
    observe(collector, observer, wire(seen(HOST, "10.0.0.2"), liar, router))
    listed = devices_of(collector)
    assert [row["hostname"] for row in listed[STRANGER]["borrows"]] == ["web-1"]
    assert listed[router.mac]["borrows"] == listed[HOST]["borrows"] == []
    # The same address at another site is nobody's: the host is not on that segment.
    far = new_agent(hostname="watch-2", machine_id="d" * 32)
    far.report(
        {"network": network("52:54:00:00:00:0f", "10.0.0.1"), "devices": wire(seen("52:54:00:00:00:0a", "10.0.0.2"))},
        collector.clock(),
    )
    settle(collector)
    assert devices_of(collector)["52:54:00:00:00:0a"]["borrows"] == []


def test_a_device_seen_from_two_sides_is_one_and_a_virtual_router_is_one_each(
    collector: Collector, new_agent: Callable[..., Agent]
) -> None:
    shared = seen("00:00:5e:00:01:07", "10.0.0.254", mac_kind="virtual_router")
    for number in (1, 2):
        watcher = new_agent(hostname=f"watch-{number}", machine_id=str(number) * 32)
        watcher.report({"devices": wire(seen(STRANGER, "10.0.0.9", present=number == 1), shared)}, collector.clock())
    settle(collector)
    listed = collector.get("/v1/devices")["devices"]
    assert sorted(one["mac"] for one in listed) == sorted([shared.mac, shared.mac, STRANGER])
    stranger = devices_of(collector)[STRANGER]
    assert (stranger["presence"], [one["hostname"] for one in stranger["segments"]]) == (
        "present",
        ["watch-1", "watch-2"],
    )


def test_looks_counted_again_from_nothing_come_to_the_same(
    collector: Collector, new_agent: Callable[..., Agent]
) -> None:
    observer, _ = pair(new_agent)
    for minute, devices in enumerate((wire(seen(HOST)), wire(seen(HOST, present=False)), wire(), wire(seen(HOST)))):
        collector.clock.forward(minutes=minute)
        observe(collector, observer, devices)
    before = collector.get("/v1/devices")
    assert before["total"] == 1
    store = collector.services.store
    with store.write() as connection:
        connection.execute(WIRE_SIGHTINGS.delete())
        connection.execute(WIRE_OBSERVERS.delete())
    assert record_looks(store) >= 0  # the background may come first
    settle(collector)
    assert collector.get("/v1/devices") == before


def test_hosts_without_discovery_and_retired_ones_have_no_part(
    collector: Collector, new_agent: Callable[..., Agent]
) -> None:
    observer, host = pair(new_agent)
    host.report({"network": network(HOST, "10.0.0.2"), "devices": section({})}, collector.clock())
    observe(collector, observer, wire(seen(HOST, present=False)))
    assert len(collector.get("/v1/wire")["left"]) == 1
    with collector.services.store.write() as connection:
        retire(connection, host.host, collector.clock())
    assert collector.get("/v1/wire")["left"] == []
    assert [one["hostname"] for one in collector.get("/v1/wire")["segments"]] == ["watch-1"]


def test_pages_list_what_there_is(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    observer, _ = pair(new_agent)
    many = [seen(f"52:54:00:01:{n // 256:02x}:{n % 256:02x}", f"10.0.{n // 256}.{n % 256}") for n in range(130)]
    observe(collector, observer, wire(*many))
    first = collector.get("/v1/devices", limit=100)
    rest = collector.get("/v1/devices", limit=100, offset=first["next_offset"])
    assert (first["total"], len(first["devices"]), len(rest["devices"]), rest["next_offset"]) == (130, 100, 30, None)
    page = collector.client.get("/devices", params={"q": "10.0.0.7"}).text
    assert "10.0.0.7" in page
    assert "10.0.0.8 " not in page
    lines = collector.client.get("/devices.csv", params={"agent": "without"}).text.splitlines()
    assert len(lines) == 131


def test_a_scrape_counts_devices_hosts_and_segments(collector: Collector, new_agent: Callable[..., Agent]) -> None:
    observer, host = pair(new_agent)
    host.report({"network": network(HOST, "10.0.0.2")}, collector.clock())
    observe(collector, observer, wire(seen(HOST, present=False), seen(STRANGER), seen("52:54:00:00:00:0a")))
    lines = collector.client.get("/metrics").text.splitlines()
    assert 'rongdun_wire_devices{agent="without",presence="present",unit=""} 2.0' in lines
    assert 'rongdun_wire_devices{agent="with",presence="gone",unit=""} 1.0' in lines
    assert 'rongdun_wire_hosts{presence="reporting",unit="",wire="gone"} 1.0' in lines
    assert 'rongdun_wire_segments{listening="true",unit=""} 1.0' in lines
