"""Which host enrols: a new one or a known one, always with the reasons."""

from __future__ import annotations

from typing import Any

import pytest

from rongdun_collector.identity import KnownHost, identify, normal_uuid
from rongdun_contract.wire import Claims

UUID = "4c4c4544-0042-3510-8052-b4c04f564231"
FIRST = {
    "hostname": "web-1",
    "agent": "0.1.0",
    "machine_id": "a" * 32,
    "dmi_uuid": UUID,
    "ssh_host_keys": ("SHA256:one",),
    "macs": ("52:54:00:00:00:01",),
}


def claims(**changes: Any) -> Claims:
    return Claims(**(FIRST | changes))


def known(*, alive: bool, host: str = "h1", **changes: Any) -> KnownHost:
    return KnownHost(host, claims(**changes), alive)


def test_a_host_that_shares_nothing_is_new() -> None:
    assert identify(claims(), []).decision == "new"


def test_its_own_credential_proves_a_host_whatever_it_claims() -> None:
    """A renamed host with new hardware is still the one that holds the credential."""
    identified = identify(claims(machine_id=None), [known(alive=True)], proven="h1")
    assert (identified.decision, identified.host, identified.doubles) == ("same", "h1", ())


def test_a_reinstalled_agent_keeps_its_asset_once_the_old_credential_is_silent() -> None:
    identified = identify(claims(), [known(alive=False)])
    assert (identified.decision, identified.host) == ("same", "h1")
    assert "same machine-id" in identified.reasons
    assert "same DMI UUID" in identified.reasons


def test_a_reimaged_machine_keeps_its_asset() -> None:
    """A new installation has a new machine-id and new SSH keys; board and network card are the old ones."""
    identified = identify(claims(machine_id="b" * 32, ssh_host_keys=("SHA256:two",)), [known(alive=False)])
    assert identified.host == "h1"
    assert identified.reasons[:2] == ("same DMI UUID", "same network card")


def test_a_clone_of_a_living_host_is_a_host_of_its_own_and_a_conflict() -> None:
    """Three virtual machines of one image: three assets, none of them silenced, and somebody is told."""
    identified = identify(claims(dmi_uuid="another-1", macs=("52:54:00:00:00:02",)), [known(alive=True)])
    assert identified.decision == "new"
    [double] = identified.doubles
    assert double.host == "h1"
    assert double.reason == "same machine-id and same SSH host key, and the other still reports"


def test_a_copied_disk_in_other_hardware_does_not_take_over_a_silent_host() -> None:
    identified = identify(claims(dmi_uuid="another-1", macs=()), [known(alive=False)])
    assert identified.decision == "new"
    assert "is not enough" in identified.reasons[0] or "not enough" in identified.reasons[0]


def test_containers_on_one_board_are_not_each_other() -> None:
    """They all read the DMI UUID of the machine below; nothing else of them agrees."""
    other = known(alive=False, machine_id="b" * 32, ssh_host_keys=(), macs=("02:42:ac:11:00:02",))
    assert identify(claims(), [other]).decision == "new"


def test_two_silent_candidates_are_not_guessed_between() -> None:
    identified = identify(claims(), [known(alive=False), known(alive=False, host="h2")])
    assert identified.decision == "new"
    assert "cannot be told" in identified.reasons[0]


@pytest.mark.parametrize(
    "uuid",
    [
        None,
        "",
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "03000200-0400-0500-0006-000700080009",
        "Not Settable",
        "To be filled by O.E.M.",
    ],
)
def test_a_uuid_that_many_boards_have_is_none(uuid: str | None) -> None:
    assert normal_uuid(uuid) is None


def test_a_uuid_is_compared_without_case() -> None:
    assert normal_uuid(UUID.upper()) == UUID
