import shutil
import subprocess
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import identity
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from tests.agent.conftest import MakeHost
from tests.lab.rights import without_overrides

UUID = "/sys/class/dmi/id/product_uuid"
SERIAL = "/sys/class/dmi/id/product_serial"


def test_names_and_numbers(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/proc/sys/kernel/hostname": "running\n",
            "/etc/hostname": "# set by hand\nnext-boot\n",
            "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
            UUID: "4C4C4544-0042-3510-8054-B4C04F335931\n",
            SERIAL: "B4Q5YT3 \n",
        }
    )
    facts = identity.probe(host).facts
    assert facts.hostname == "running"
    assert facts.machine_id == "0123456789abcdef0123456789abcdef"
    assert facts.dmi_uuid == "4c4c4544-0042-3510-8054-b4c04f335931"
    assert facts.serial == "B4Q5YT3"


def test_a_tree_is_named_by_its_file(make_host: MakeHost) -> None:
    probed = identity.probe(make_host({"/etc/hostname": "\n# c\nweb-1\n"}))
    assert (probed.facts.hostname, probed.sources["hostname"].where) == ("web-1", "/etc/hostname")


@pytest.mark.parametrize("text", ["", "\n", "uninitialized\n"])
def test_an_image_has_no_machine_id_yet(make_host: MakeHost, text: str) -> None:
    assert identity.probe(make_host({"/etc/machine-id": text})).facts.machine_id is None


@pytest.mark.parametrize(
    "value",
    [
        "To Be Filled By O.E.M.",
        "Default string",
        "Not Specified",
        "None",
        "0",
        "System Serial Number",
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "03000200-0400-0500-0006-000700080009",
    ],
)
def test_what_makers_leave_blank_identifies_nobody(make_host: MakeHost, value: str) -> None:
    """A thousand boards with the same "UUID" would be merged into one host."""
    facts = identity.probe(make_host({UUID: f"{value}\n", SERIAL: f"{value}\n"})).facts
    assert (facts.dmi_uuid, facts.serial) == (None, None)


def test_boards_without_dmi_have_a_device_tree(make_host: MakeHost) -> None:
    assert (
        identity.probe(make_host({"/proc/device-tree/serial-number": "10000000abcd\0"})).facts.serial == "10000000abcd"
    )


def test_the_machine_of_a_container_belongs_to_another_host(make_host: MakeHost) -> None:
    facts = identity.probe(make_host({UUID: "4c4c4544-0042-3510-8054-b4c04f335931", "/.dockerenv": ""})).facts
    assert facts.dmi_uuid is None


def test_what_only_root_may_read_is_unknown(make_host: MakeHost) -> None:
    host = make_host({UUID: {"content": "x", "mode": "0000"}, "/etc/machine-id": {"content": "x", "mode": "0000"}})
    with without_overrides():
        facts = identity.probe(host).facts
    assert facts.dmi_uuid == facts.machine_id == Unknown(unknown="no permission")
    assert facts.serial is None


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen: apt-get install openssh-client")
def test_host_keys_have_the_fingerprints_that_ssh_keygen_prints(make_host: MakeHost, tmp_path: Path) -> None:
    files, printed = {}, set()
    for kind, bits in (("rsa", "2048"), ("rsa", "3072"), ("ecdsa", "521"), ("ed25519", "256")):
        key = tmp_path / f"{kind}-{bits}"
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-C", "a b", "-f", key], check=True)
        public = key.with_name(key.name + ".pub")
        files[f"/etc/ssh/ssh_host_{kind}{bits}_key.pub"] = public.read_text()
        line = subprocess.run(["ssh-keygen", "-l", "-f", public], capture_output=True, text=True, check=True).stdout
        printed.add((int(line.split()[0]), line.split()[1]))
    files["/etc/ssh/ssh_host_odd_key.pub"] = "ssh-rsa not-base64\n"
    keys = identity.probe(make_host(files)).facts.ssh_host_keys
    assert {(key.bits, key.fingerprint) for key in keys} == printed
    assert [key.algorithm for key in keys] == ["ecdsa-sha2-nistp521", "ssh-ed25519", "ssh-rsa", "ssh-rsa"]


def test_this_host_is_named_as_hostname_prints() -> None:
    printed = subprocess.run(["hostname"], capture_output=True, text=True, check=True).stdout.strip()
    assert identity.probe(Host()).facts.hostname == printed


def test_two_runs_on_an_unchanged_host_agree() -> None:
    first, second = (identity.probe(Host()) for _ in range(2))
    assert seal("identity", first.facts, first.sources) == seal("identity", second.facts, second.sources)
