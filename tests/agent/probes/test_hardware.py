import json
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import hardware
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.hardware import Hardware
from tests.agent.conftest import MakeHost
from tests.lab.rights import without_overrides

SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
LOG = "/sys/kernel/security/tpm0/binary_bios_measurements"
NOT_LIVE = Unknown(unknown="not a live host")


def facts(host: Host) -> Hardware:
    found = hardware.probe(host).facts
    assert isinstance(found, Hardware)
    return found


def test_a_server_with_firmware_and_disks(make_host: MakeHost) -> None:
    found = facts(
        make_host(
            {
                "/sys/class/dmi/id/sys_vendor": "Inspur\n",
                "/sys/class/dmi/id/product_name": "NF5280M5\n",
                "/sys/class/dmi/id/bios_version": "4.1.21\n",
                "/proc/meminfo": "MemTotal:       16318464 kB\nMemFree: 1 kB\nSwapTotal:       2097148 kB\n",
                "/proc/cpuinfo": "processor : 0\nmodel name\t: Xeon  4210\nflags\t: nx smep smapx\n\nprocessor\t: 1\n",
                "/sys/block/sda/size": "1000\n",
                "/sys/block/sda/device/model": "SSD 860   \n",
                "/sys/block/sda/queue/rotational": "0\n",
                "/sys/block/sda/removable": "0\n",
                "/sys/block/sdb/size": "0\n",
                "/sys/block/sdb/device/model": "card reader\n",
                "/sys/block/sr0/size": "4000\n",
                "/sys/block/sr0/device/model": "DVD\n",
                "/sys/block/loop0/size": "4000\n",
                "/sys/block/dm-0/size": "4000\n",
                "/sys/block/nvme0c0n1/size": "4000\n",
                "/sys/block/nvme0c0n1/hidden": "1\n",
                "/sys/block/nvme0c0n1/device": {"dir": True},
            }
        )
    )
    assert (found.vendor, found.product, found.firmware_version) == ("Inspur", "NF5280M5", "4.1.21")
    assert (found.cpu_model, found.cpu_cores, found.cpu_flags_present) == ("Xeon 4210", 2, ("nx", "smep"))
    assert (found.memory_bytes, found.swap_bytes) == (16318464 * 1024, 2097148 * 1024)
    assert isinstance(found.disks, tuple)
    assert [disk.model_dump() for disk in found.disks] == [
        {"name": "sda", "size_bytes": 512000, "model": "SSD 860", "rotational": False, "removable": False}
    ]
    assert (found.virtualization, found.firmware) == (None, "bios")


def test_a_board_with_a_device_tree_and_a_phytium(make_host: MakeHost) -> None:
    cpu = "processor\t: 0\nFeatures\t: fp asimd sm3 sm4\nCPU implementer\t: 0x70\nCPU part\t: 0x663\n"
    found = facts(
        make_host({"/proc/cpuinfo": cpu, "/proc/device-tree/model": "FT-2000/4\0", "/sys/class": {"dir": True}})
    )
    assert (found.product, found.cpu_model, found.cpu_flags_present) == ("FT-2000/4", "Phytium FTC663", ("sm3", "sm4"))
    assert found.firmware is None


def test_a_tree_without_a_kernel_cannot_tell(make_host: MakeHost) -> None:
    found = facts(make_host({"/etc/hostname": "x"}))
    unknown = {found.firmware, found.secure_boot, found.tpm_present, found.measured_boot, found.disks}
    assert unknown | {found.virtualization, found.cpu_flags_present} == {NOT_LIVE}
    assert (found.cpu_cores, found.memory_bytes) == (None, None)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({}, None, id="a BIOS has no Secure Boot"),
        pytest.param({SECURE_BOOT: b"\6\0\0\0\1"}, True, id="on"),
        pytest.param({SECURE_BOOT: b"\6\0\0\0\0"}, False, id="off"),
        pytest.param({"/sys/firmware/efi/efivars/Boot0001-x": b""}, False, id="the firmware does not know it"),
        pytest.param({"/sys/firmware/efi/fw_vendor": ""}, Unknown(unknown="undecided"), id="variables not mounted"),
    ],
)
def test_secure_boot(make_host: MakeHost, files: Mapping[str, Any], expected: object) -> None:
    assert facts(make_host({"/sys/class/dmi/id": {"dir": True}, **files})).secure_boot == expected


@pytest.mark.parametrize(
    ("files", "present", "version", "measured"),
    [
        pytest.param({}, False, None, False, id="none"),
        pytest.param({"/sys/class/tpm/tpm0/tpm_version_major": "2\n", LOG: b"log"}, True, "2.0", True, id="2.0, log"),
        pytest.param({"/sys/class/tpm/tpm0/tpm_version_major": "2\n", LOG: b""}, True, "2.0", False, id="no log"),
        pytest.param(
            {"/sys/class/tpm/tpm0/device/caps": "TCG version: 1.2\n", "/sys/kernel/security/lsm": ""},
            True, "1.2", False, id="an older kernel's 1.2",
        ),
        pytest.param(
            {"/sys/class/tpm/tpm0/tpm_version_major": "2\n"},
            True, "2.0", Unknown(unknown="undecided"), id="securityfs not mounted",
        ),
        pytest.param({"/dev/tcm0": ""}, True, "tcm", Unknown(unknown="undecided"), id="a trusted cryptography module"),
    ],
)  # fmt: skip
def test_trust_roots(
    make_host: MakeHost, *, files: Mapping[str, Any], present: bool, version: str | None, measured: object
) -> None:
    found = facts(make_host({"/sys/class/dmi": {"dir": True}, **files}))
    assert (found.tpm_present, found.tpm_version, found.measured_boot) == (present, version, measured)


def test_a_measurement_log_that_only_root_may_read_is_unknown(make_host: MakeHost) -> None:
    host = make_host({"/sys/class/tpm/tpm0/tpm_version_major": "2\n", LOG: {"content": "log", "mode": "0000"}})
    with without_overrides():
        assert facts(host).measured_boot == Unknown(unknown="no permission")


@pytest.mark.parametrize(
    ("files", "name"),
    [
        pytest.param({"sys_vendor": "VMware, Inc."}, "vmware", id="vmware"),
        pytest.param({"sys_vendor": "QEMU"}, "qemu", id="qemu, emulated"),
        pytest.param(
            {"sys_vendor": "Alibaba Cloud", "product_name": "Alibaba Cloud ECS"}, None, id="unknown to systemd"
        ),
        pytest.param({"sys_vendor": "Amazon EC2"}, "amazon", id="amazon"),
        pytest.param(
            {"product_name": "Virtual Machine", "sys_vendor": "Microsoft Corporation"}, "microsoft", id="hyper-v"
        ),
        pytest.param({"board_vendor": "Oracle Corporation", "product_name": "VirtualBox"}, "oracle", id="virtualbox"),
    ],
)
def test_virtual_machines_by_their_firmware(make_host: MakeHost, files: Mapping[str, str], name: str | None) -> None:
    dmi = {f"/sys/class/dmi/id/{field}": f"{value}\n" for field, value in files.items()}
    assert facts(make_host({"/proc/cpuinfo": "flags : x\n", **dmi})).virtualization == name


@pytest.mark.parametrize(
    ("files", "name"),
    [
        pytest.param({"/proc/cpuinfo": "flags\t: fpu hypervisor nx\n"}, "vm-other", id="only the flag"),
        pytest.param(
            {"/sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc kvm-clock \n",
             "/sys/class/dmi/id/sys_vendor": "QEMU\n"}, "kvm", id="qemu with kvm",
        ),
        pytest.param({"/proc/device-tree/hypervisor/compatible": "linux,kvm\0"}, "kvm", id="arm64"),
        pytest.param({"/proc/xen/capabilities": "control_d\n", "/proc/cpuinfo": "flags : hypervisor"}, None, id="dom0"),
        pytest.param({"/run/systemd/container": "lxc\n", "/proc/cpuinfo": "flags : hypervisor"}, "lxc", id="lxc"),
    ],
)  # fmt: skip
def test_other_signs_of_virtualization(make_host: MakeHost, files: Mapping[str, str], name: str | None) -> None:
    assert facts(make_host({"/proc/cpuinfo": "", **files})).virtualization == name


def _printed(*argv: str) -> str:
    if shutil.which(argv[0]) is None:
        pytest.skip(f"needs {argv[0]}")
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout


def test_this_machine_is_what_other_tools_say() -> None:
    found = facts(Host())
    listed = json.loads(_printed("lsblk", "-J", "-b", "-d", "-e", "7,1,11", "-o", "NAME,SIZE,ROTA,RM"))
    assert isinstance(found.disks, tuple)
    by_lsblk = {(d["name"], d["size"], d["rota"], d["rm"]) for d in listed["blockdevices"]}
    assert {(d.name, d.size_bytes, d.rotational, d.removable) for d in found.disks} <= by_lsblk
    assert found.cpu_cores == int(_printed("nproc", "--all"))
    vm = _printed("systemd-detect-virt", "--vm").strip()
    container = _printed("systemd-detect-virt", "--container").strip()
    # systemd takes a machine made of a container's image for a container; both of its answers are acceptable
    assert (found.virtualization or "none") in {vm, container}


def test_two_runs_on_an_unchanged_host_agree() -> None:
    first, second = (hardware.probe(Host()) for _ in range(2))
    assert seal("hardware", first.facts, first.sources) == seal("hardware", second.facts, second.sources)
