"""discovery.toml: everything that is not listed is denied, and every slip is an error that says where."""

from pathlib import Path

import pytest

from rongdun_agent.discovery.settings import DAY_S, DiscoverySettings, load_settings
from rongdun_agent.errors import AgentError


def load(tmp_path: Path, text: str) -> DiscoverySettings:
    file = tmp_path / "discovery.toml"
    file.write_text(text)
    return load_settings(file)


def segment(*lines: str) -> str:
    return "\n".join(["[[segment]]", 'interface = "eth0"', *lines])


def sweep(*lines: str) -> str:
    return segment("[segment.sweep]", *lines)


def test_a_segment_alone_is_only_listened_to(tmp_path: Path) -> None:
    found = load(tmp_path, segment()).segment[0]
    assert found.sweep is None
    assert (found.silence_s(swept=True), found.promiscuous) == (DAY_S, False)


def test_silence_follows_the_sweeps(tmp_path: Path) -> None:
    found = load(tmp_path, sweep('networks = ["10.0.0.0/24"]', "every_s = 300")).segment[0]
    assert (found.silence_s(swept=True), found.silence_s(swept=False)) == (1200, DAY_S)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        pytest.param("", "segment", "required", id="nothing at all"),
        pytest.param("segment = []", "segment", "at least 1", id="no segment"),
        pytest.param('[[segment]]\ninterface = ""', "segment.0.interface", "at least 1", id="a link without a name"),
        pytest.param('[[segment]]\ninterface = "a-very-long-name"', "interface", "at most 15", id="a name too long"),
        pytest.param(segment() + "\n" + segment(), "", "eth0 is listed more than once", id="a link twice"),
        pytest.param(segment('sweep = "10.0.0.0/24"'), "segment.0.sweep", "dictionary", id="a sweep that is a word"),
        pytest.param(segment("sweeps = {}"), "segment.0.sweeps", "not permitted", id="a misspelt key"),
        pytest.param(sweep(), "segment.0.sweep.networks", "required", id="a sweep of everything by default"),
        pytest.param(sweep("networks = []"), "networks", "at least 1", id="a sweep of nothing"),
        pytest.param(sweep('networks = ["0.0.0.0/0"]'), "networks.0", "4294967296 addresses", id="the whole world"),
        pytest.param(sweep('networks = ["10.0.0.0/8"]'), "networks.0", "16777216 addresses", id="a huge network"),
        pytest.param(sweep('networks = ["10.0.0.0/19"]'), "networks.0", "at most 4096", id="one bit too wide"),
        pytest.param(sweep('networks = ["10.0.0.1/24"]'), "networks.0", "host bits", id="an address with a prefix"),
        pytest.param(sweep('networks = ["fd00::/120"]'), "networks.0", "IPv6", id="an IPv6 network"),
        pytest.param(sweep('networks = ["::ffff:10.0.0.0/120"]'), "networks.0", "IPv6", id="IPv4 in IPv6 clothes"),
        pytest.param(sweep("networks = [167772160]"), "networks.0", "must be text", id="a network as a number"),
        pytest.param(sweep('networks = ["10.0.0.0/24;10.0.1.0/24"]'), "networks.0", "not appear", id="two in one"),
        pytest.param(sweep('networks = ["10.0.0.0/255.255.0.255"]'), "networks.0", "not appear", id="an odd mask"),
        pytest.param(sweep('networks = ["eth0"]'), "networks.0", "not appear", id="a link for a network"),
        pytest.param(sweep('networks = ["224.0.0.0/24"]'), "networks.0", "no network of hosts", id="multicast"),
        pytest.param(sweep('networks = ["127.0.0.0/24"]'), "networks.0", "no network of hosts", id="loopback"),
        pytest.param(sweep('networks = ["255.255.255.255/32"]'), "networks.0", "no network", id="broadcast"),
        pytest.param(sweep('networks = ["0.0.0.0/32"]'), "networks.0", "no network of hosts", id="no address"),
        pytest.param(
            sweep('networks = ["10.0.0.0/24"]', 'exclude = ["10.0.1.7"]'), "sweep", "excludes nothing", id="x"
        ),
        pytest.param(sweep('networks = ["10.0.0.0/24"]', "every_s = 5"), "every_s", "60", id="without a pause"),
        pytest.param(sweep('networks = ["10.0.0.0/24"]', "rate_per_s = 5000"), "rate_per_s", "200", id="a storm"),
        pytest.param(sweep('networks = ["10.0.0.0/24"]', "rate_per_s = 0"), "rate_per_s", "1", id="no rate"),
        pytest.param(sweep('networks = ["10.0.0.0/20"]', "every_s = 60"), "sweep", "would not end", id="without end"),
        pytest.param(
            segment("absent_after_s = 900", "[segment.sweep]", 'networks = ["10.0.0.0/24"]'),
            "segment.0",
            "twice",
            id="gone after one lost answer",
        ),
        pytest.param(
            segment("absent_after_s = 900"), "segment.0", "unheard_after_s", id="a bound for sweeps without any"
        ),
        pytest.param(segment("most_devices = 100000"), "most_devices", "8192", id="more devices than are kept"),
        pytest.param("[[segment", "", "no TOML", id="no TOML"),
    ],
)
def test_a_slip_is_an_error_that_says_where(tmp_path: Path, text: str, where: str, what: str) -> None:
    with pytest.raises(AgentError) as error:
        load(tmp_path, text)
    assert where in error.value.where
    assert what in error.value.what


def test_together_segments_keep_no_more_than_the_section_holds(tmp_path: Path) -> None:
    two = "\n".join(f'[[segment]]\ninterface = "eth{n}"\nmost_devices = 5000' for n in range(2))
    with pytest.raises(AgentError, match="10000 together"):
        load(tmp_path, two)


def test_many_networks_are_bounded_together(tmp_path: Path) -> None:
    networks = ", ".join(f'"10.0.{16 * n}.0/20"' for n in range(5))
    with pytest.raises(AgentError, match="20480 addresses together"):
        load(tmp_path, sweep(f"networks = [{networks}]", "every_s = 86400"))


def test_without_a_file_nothing_is_watched(tmp_path: Path) -> None:
    with pytest.raises(AgentError, match="no segment is watched"):
        load_settings(tmp_path / "discovery.toml")
