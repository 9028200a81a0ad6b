"""Who is there, who is gone, and how much of it anybody on the wire can make the service remember."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rongdun_agent.discovery.census import CONFIRMED_AFTER_S, FULL_FOR_S, Census
from rongdun_agent.discovery.settings import DAY_S, SegmentSettings
from rongdun_agent.discovery.sighting import Sighting
from rongdun_contract.facts.devices import MOST_ADDRESSES, Device

A, B = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b"
SWEPT = IPv4Address("10.0.0.10")


def census(**settings: object) -> Census:
    sweep = {"networks": ["10.0.0.0/24"], "every_s": 300}
    made = SegmentSettings.model_validate({"interface": "eth0", "sweep": sweep} | settings)
    return Census(made, lambda address: address in made.sweep.networks[0])


def arp(mac: str = A, address: IPv4Address | None = SWEPT, how: str = "arp") -> Sighting:
    return Sighting(mac, how, ipv4=address)


def found(of: Census, now: float, *, listening: bool = True) -> dict[str, Device]:
    of.settle(now)
    return {device.mac: device for device in of.devices("eth0", now, listening=listening)}


steps = st.tuples(
    st.integers(0, 5),
    st.integers(0, 3),
    st.sampled_from(["arp", "sweep", "nd", "dhcp"]),
    st.sampled_from([0, 1, 40, 1300, 90_000]),
    st.sampled_from([None, "till", "tea"]),
    st.sampled_from([None, True, False]),
)


@settings(deadline=None)
@given(st.lists(steps, max_size=30))
def test_whenever_something_else_is_told_the_revision_says_so(story: list[Any]) -> None:
    """By the revision the service decides whether to write: a change that it misses would never leave the host."""
    of, now = census(most_devices=3, forget_after_s=100_000), 0.0
    before = None
    for who, address, how, later, name, router in story:
        now += later
        named = (SWEPT + address,) if how == "dhcp" else ()
        own = {"ipv6": IPv6Address("fd00::") + address} if how == "nd" else {"ipv4": SWEPT + address}
        mac = f"00:16:3e:00:01:{who:02x}"
        of.note(Sighting(mac, how, hostname=name, router=router, named_routers=named, **own), now)
        for _ in range(2):
            told = tuple(of.devices("eth0", now, listening=True))
            state = (of.revision, of.is_full(now))
            if before is not None and before[0] == state:
                assert before[1] == told
            before = (state, told)
            of.settle(now)
        assert len(told) <= 3


def test_a_device_is_there_until_four_sweeps_were_silent() -> None:
    """One lost answer, or three, must not make a change of state in the collector."""
    of = census()
    of.note(arp(how="sweep"), 0)
    before = found(of, 1)
    assert found(of, 1200) == before
    gone = found(of, 1201)[A]
    assert (gone.present, gone.ipv4) == (False, ("10.0.0.10",))
    of.note(arp(), 5000)
    assert found(of, 5001)[A].present is True


def test_who_is_only_heard_has_a_day() -> None:
    of = census()
    for now in (0, 60):
        of.note(Sighting(A, "nd", ipv6=IPv6Address("fe80::a")), now)
    assert found(of, DAY_S)[A].present is True
    assert found(of, DAY_S + 61)[A].present is False


def test_a_long_absence_is_forgotten() -> None:
    of = census(forget_after_s=3600)
    of.note(arp(how="sweep"), 0)
    assert A in found(of, 3600)
    assert A not in found(of, 3601)


def test_an_address_that_is_used_no_more_goes_and_the_device_stays() -> None:
    of = census()
    of.note(arp(how="sweep"), 0)
    for now in (300, 600, 900, 1200):
        of.note(arp(address=IPv4Address("10.0.0.11"), how="sweep"), now)
    assert found(of, 1200)[A].ipv4 == ("10.0.0.10", "10.0.0.11")
    of.note(arp(address=IPv4Address("10.0.0.11"), how="sweep"), 1201)
    assert found(of, 1201)[A].ipv4 == ("10.0.0.11",)


def test_a_device_that_said_another_word_after_its_last_answer_is_gone_all_the_same() -> None:
    """The address falls silent a little before the device; without it the device would have a whole day."""
    of = census()
    of.note(arp(how="sweep"), 0)
    of.note(Sighting(A, "nd", ipv6=IPv6Address("fe80::a")), 25)
    before = found(of, 30)[A]
    for now in range(40, 1230, 10):
        assert (found(of, now)[A].present, found(of, now)[A].ipv4) == (now <= 1225, ("10.0.0.10",))
    assert found(of, 1230)[A] == before.model_copy(update={"present": False})


def test_one_address_of_two_devices_is_told_of_both() -> None:
    of = census()
    of.note(arp(A, how="sweep"), 0)
    of.note(arp(B, how="sweep"), 1)
    devices = found(of, 2)
    assert devices[A].ipv4 == devices[B].ipv4 == ("10.0.0.10",)


def test_a_device_with_very_many_addresses_is_cut_short_and_says_so() -> None:
    """A proxy answers for a whole network; a liar for everything."""
    of = census()
    for number in range(200):
        of.note(arp(address=IPv4Address("10.0.0.0") + number, how="sweep"), 0)
        of.note(Sighting(A, "nd", ipv6=IPv6Address("fd00::") + number), 0)
    device = found(of, 1)[A]
    assert (len(device.ipv4), len(device.ipv6), device.more_addresses) == (MOST_ADDRESSES, MOST_ADDRESSES, True)


def test_all_devices_together_have_a_bounded_number_of_addresses() -> None:
    of = census(most_devices=100)
    for mac in range(100):
        for number in range(60):
            of.note(arp(f"00:16:3e:00:01:{mac:02x}", IPv4Address("10.0.0.0") + number, how="sweep"), 0)
    devices = found(of, 1).values()
    assert sum(len(device.ipv4) for device in devices) == 400
    assert any(device.more_addresses for device in devices)


def test_invented_devices_neither_fill_memory_nor_push_out_real_ones() -> None:
    """A flood of made-up link addresses is the oldest trick against a table of them."""
    of = census(most_devices=50)
    of.note(arp(A, how="sweep"), 0)
    for now in (0, CONFIRMED_AFTER_S):
        of.note(arp(B, IPv4Address("10.0.0.11")), now)
    for number in range(100_000):
        of.note(arp(f"02:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}:00:01", None), 60)
    assert len(of._confirmed) + len(of._passing) == 50
    devices = found(of, 61)
    assert of.is_full(61)
    assert set(devices) == {A, B}, "what comes and goes in a flood is not told, or each report would differ"


def test_when_the_flood_is_over_all_are_told_again() -> None:
    of = census(most_devices=2)
    for number in range(5):
        of.note(arp(f"02:00:00:00:00:{number:02x}", None), 0)
    assert of.is_full(FULL_FOR_S - 1)
    assert not of.is_full(FULL_FOR_S)
    assert len(found(of, FULL_FOR_S)) == 2


def test_where_all_are_real_a_newcomer_takes_the_place_of_the_longest_gone() -> None:
    of = census(most_devices=2)
    of.note(arp(A, how="sweep"), 0)
    of.note(arp(B, IPv4Address("10.0.0.11"), how="sweep"), 100)
    newcomer = arp("00:16:3e:00:00:0c", IPv4Address("10.0.0.12"), how="sweep")
    of.note(newcomer, 200)
    assert set(found(of, 201)) == {A, B}
    found(of, 1400)
    of.note(newcomer, 1401)
    assert set(found(of, 1402)) == {B, newcomer.mac}


def test_who_was_seen_once_and_never_again_leaves_no_trace() -> None:
    of = census()
    of.note(arp(how="arp"), 0)
    assert A in found(of, 1200)
    assert A not in found(of, 1201)


def test_the_addresses_of_those_who_are_forgotten_make_room() -> None:
    """Otherwise a flood of yesterday leaves every device of today without an address."""
    of = census(most_devices=2)
    for number in range(100):
        of.note(arp(f"02:00:00:00:00:{number:02x}", SWEPT + number), 0)
    of.note(arp(A, how="sweep"), 1)
    assert found(of, 2)[A].ipv4 == ("10.0.0.10",)
    assert not found(of, 2)[A].more_addresses


def test_a_router_that_is_named_later_is_news() -> None:
    of = census()
    of.note(arp(A, how="sweep"), 0)
    of.note(Sighting(B, "dhcp", dhcp_server=True), 0)
    before = of.revision
    of.note(Sighting(B, "dhcp", dhcp_server=True, named_routers=(SWEPT,)), 1)
    assert of.revision != before
    assert found(of, 2)[A].router


def test_while_nobody_listens_no_presence_is_told() -> None:
    of = census()
    of.note(arp(how="sweep"), 0)
    assert found(of, 1, listening=False)[A].present.unknown == "not probed"


def test_routers_are_known_by_three_signs() -> None:
    of = census()
    of.note(arp(A, how="sweep"), 0)
    assert not found(of, 1)[A].router
    of.note(Sighting(B, "dhcp", dhcp_server=True, named_routers=(SWEPT,)), 2)
    of.note(arp("00:00:5e:00:01:07", IPv4Address("10.0.0.1")), 2)
    of.note(Sighting("00:16:3e:00:00:0c", "nd", router=True), 2)
    devices = found(of, 3)
    assert {mac for mac, device in devices.items() if device.router} == {A, "00:00:5e:00:01:07", "00:16:3e:00:00:0c"}
    assert devices[B].dhcp_server
    of.note(Sighting("00:16:3e:00:00:0c", "nd", router=False), 4)
    assert not found(of, 5)["00:16:3e:00:00:0c"].router


def test_what_was_written_down_is_taken_up_again() -> None:
    """A service that is started anew must not make every device vanish and come back."""
    of = census()
    of.note(arp(A, how="sweep"), 0)
    of.note(Sighting(A, "dhcp", hostname="till", vendor_class="x"), 1)
    of.note(arp(B, IPv4Address("10.0.0.11"), how="sweep"), 0)
    of.note(arp(A, how="sweep"), 1300)
    before = found(of, 1301)
    assert before[B].present is False
    again = census()
    again.restore(tuple(before.values()), 0)
    assert found(again, 1) == before
