"""The survey: each probe alone, timed, and its failure told as data."""

import time
from datetime import UTC, datetime

import pytest

from rongdun_agent.host import Host, NotLive, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.survey import survey
from rongdun_contract.documents import Section, Source, Unavailable, manifest, root_digest
from rongdun_contract.facts.accounts import Accounts
from rongdun_contract.facts.capacity import Capacity
from rongdun_contract.facts.mounts import Mounts
from rongdun_contract.facts.walk import Walk

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def _accounts(_):
    return Probed(Accounts(duplicate_uids=(7,)), {"duplicate_uids": Source(where="/etc/passwd:3")})


def _broken(_):
    raise ZeroDivisionError("no pages")


def _slow(host):
    while True:
        host.exists("/etc/passwd")
        time.sleep(0.01)


def _raising(error):
    def probe(_):
        raise error

    return probe


def test_a_broken_probe_does_not_silence_the_next(make_host):
    """A kernel that changed one file format must not blind us to everything else."""
    facts, statuses = survey(make_host({}), {"mounts": _broken, "accounts": _accounts, "os": _broken})
    assert facts["mounts"] == Unavailable("error", "ZeroDivisionError: no pages")
    assert facts["accounts"].facts["duplicate_uids"] == [7]
    assert facts["accounts"].sources["duplicate_uids"]["where"] == "/etc/passwd:3"
    assert {status.name: status.error for status in statuses} == {
        "accounts": None,
        "mounts": "ZeroDivisionError: no pages",
        "os": "ZeroDivisionError: no pages",
    }


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(Refused("/etc/shadow"), "no permission", id="not allowed"),
        pytest.param(NotLive("nft"), "not a live host", id="a tree cannot tell"),
        pytest.param(RecursionError(), "error", id="too deep"),
        pytest.param(UnicodeError("x"), "error", id="any other"),
    ],
)
def test_a_section_that_could_not_be_read_says_why(make_host, error, reason):
    facts, (status,) = survey(make_host({}), {"accounts": _raising(error)})
    assert facts["accounts"].reason == reason
    assert status.error == facts["accounts"].detail


def test_a_probe_that_asks_for_ever_is_ended(make_host):
    began = time.monotonic()
    facts, _ = survey(make_host({}), {"accounts": _slow, "mounts": lambda _: Probed(Mounts())}, budget_s=0.2)
    assert time.monotonic() - began < 2
    assert facts["accounts"].reason == "error"
    assert "took longer than 0.2 s" in facts["accounts"].detail
    assert isinstance(facts["mounts"], Section)


def test_what_changes_by_itself_is_dated_and_what_does_not_is_not(make_host):
    """A rule that reads a volatile section judges its age; a date in a stable one would change its digest daily."""
    probes = {"accounts": _accounts, "capacity": lambda _: Probed(Capacity()), "walk": lambda _: Probed(Walk())}
    facts, _ = survey(make_host({}), probes, clock=lambda: NOW)
    assert facts["capacity"].taken_at == NOW
    assert facts["walk"].taken_at == NOW
    assert facts["accounts"].taken_at is None


def test_a_live_file_system_is_walked_only_on_request_and_a_tree_always(make_host):
    """The walk costs more than all other probes together."""
    probes = {"walk": lambda _: Probed(Walk())}
    facts, statuses = survey(Host(), probes)
    assert facts["walk"].reason == "not probed"
    assert statuses == ()
    assert isinstance(survey(Host(), probes, walk=True)[0]["walk"], Section)
    assert isinstance(survey(make_host({}), probes)[0]["walk"], Section)


def test_only_the_named_sections_are_read(make_host):
    facts, statuses = survey(make_host({}), {"accounts": _accounts, "mounts": _broken}, sections={"accounts"})
    assert set(facts) == {"accounts"}
    assert [status.name for status in statuses] == ["accounts"]
    assert statuses[0].seconds >= 0


def test_two_surveys_of_an_unchanged_tree_have_one_root_digest(make_host):
    """Otherwise every check-in would send everything."""
    host = make_host({"/etc/passwd": "root:x:0:0::/root:/bin/sh\n", "/etc/hostname": "h\n", "/etc/fstab": ""})
    first, second = (survey(Host(host.on_disk("/")))[0] for _ in range(2))
    assert root_digest(manifest(first)) == root_digest(manifest(second))
    assert len(manifest(first)) > 1


def test_a_comment_in_a_configuration_file_changes_no_facts(make_host):
    line = "root:x:0:0::/root:/bin/sh\n"
    before, _ = survey(make_host({"/etc/passwd": line, "/etc/login.defs": "UID_MIN 1000\n"}))
    after, _ = survey(make_host({"/etc/passwd": line, "/etc/login.defs": "# why\n\nUID_MIN 1000\n"}))
    facts = [
        {name: part.facts_digest for name, part in found.items() if isinstance(part, Section)}
        for found in (before, after)
    ]
    assert facts[0] == facts[1]


def test_no_probe_breaks_on_an_empty_machine(make_host):
    """A chroot, an initramfs, an image that was half unpacked: unknown or absent, never a crash."""
    _, statuses = survey(make_host({}))
    assert {status.name: status.error for status in statuses if status.error and "Error" in status.error} == {}
