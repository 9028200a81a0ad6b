"""The kernel that runs, the one that the next boot takes, and what it is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.installed_kernels import is_newer
from rongdun_agent.probes import kernel
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.kernel import Kernel
from tests.agent.conftest import MakeHost

RUNNING = {"/proc/sys/kernel/osrelease": "6.1.0-18-amd64\n", "/proc/1/comm": "systemd\n", "/proc/2/comm": "kthreadd\n"}
GRUB = """\
if [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "${next_entry}" ] ; then
   set default="${next_entry}"
else
   set default="%s"
fi
set extra="nokaslr"
menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'simple' {
        insmod gzio
        if [ x$grub_platform = xxen ]; then insmod xzio; fi
        linux   /boot/vmlinuz-6.1.0-18-amd64 root=UUID=0a1b2c3d-0000-1111-2222-333344445555 ro  quiet audit=1
        initrd  /boot/initrd.img-6.1.0-18-amd64
}
submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'advanced' {
        menuentry 'Debian, with Linux 6.1.0-18-amd64' --class debian $menuentry_id_option 'advanced-18' {
                linux   /boot/vmlinuz-6.1.0-18-amd64 root=/dev/sda1 ro advanced
        }
        menuentry 'Debian, with Linux 6.1.0-17-amd64' --class debian $menuentry_id_option 'advanced-17' {
                linux   /boot/vmlinuz-6.1.0-17-amd64 root=/dev/sda1 ro $extra old "quoted=a b" ${unset}
        }
}
menuentry "Memory test" {
        linux16 /boot/memtest86+.bin
}
"""


def _facts(host: Host) -> Kernel:
    facts = kernel.probe(host).facts
    assert isinstance(facts, Kernel)
    return facts


def _images(*releases: str) -> dict[str, str]:
    return {f"/boot/vmlinuz-{release}": "" for release in releases}


@pytest.mark.parametrize(
    ("running", "files", "newest", "due"),
    [
        pytest.param(
            "6.1.0-18-amd64", _images("6.1.0-9-amd64", "6.1.0-18-amd64"), "6.1.0-18-amd64", False, id="newest runs"
        ),
        pytest.param(
            "6.1.0-9-amd64", _images("6.1.0-9-amd64", "6.1.0-18-amd64"), "6.1.0-18-amd64", True, id="18 after 9"
        ),
        pytest.param(
            "6.1.0-18-cloud-amd64",
            _images("6.1.0-18-amd64", "6.1.0-18-cloud-amd64"),
            "6.1.0-18-cloud-amd64",
            False,
            id="flavours of one version",
        ),
        pytest.param(
            "5.14.0-362.8.1.el9_3.x86_64",
            _images(
                "5.14.0-362.8.1.el9_3.x86_64",
                "5.14.0-362.18.1.el9_3.x86_64",
                "0-rescue-0123456789abcdef0123456789abcdef",
            ),
            "5.14.0-362.18.1.el9_3.x86_64",
            True,
            id="Red Hat's numbering and rescue system",
        ),
        pytest.param(
            "4.19.90-24.4.v2101.ky10.x86_64",
            _images("4.19.90-24.4.v2101.ky10.x86_64", "4.19.90-52.22.v2207.ky10.x86_64"),
            "4.19.90-52.22.v2207.ky10.x86_64",
            True,
            id="Kylin's numbering",
        ),
        pytest.param("6.12.0", _images("6.12.0-rc7", "6.12.0"), "6.12.0", False, id="a candidate is older"),
        pytest.param("6.1.0-18-amd64", _images("6.1.0-18-amd64", "6.5.0.old"), "6.1.0-18-amd64", False, id="put aside"),
        pytest.param(
            "6.1.0-18-amd64",
            {"/lib/modules/6.1.0-18-amd64/modules.dep": "", "/lib/modules/6.1.0-21-amd64/modules.dep": ""},
            "6.1.0-21-amd64",
            True,
            id="/boot is not mounted",
        ),
        pytest.param(
            "6.1.0-18-amd64",
            _images("6.1.0-18-amd64") | {"/lib/modules/6.1.0-21-amd64/modules.dep": ""},
            "6.1.0-18-amd64",
            False,
            id="modules left behind by a removed kernel",
        ),
        pytest.param("6.1.0-18-amd64", {}, None, None, id="no kernel installed"),
        pytest.param(
            "6.1.0-18-amd64",
            _images("6.1.0-18-amd64") | {"/run/reboot-required.pkgs": "linux-image-6.1.0-18-amd64\n"},
            "6.1.0-18-amd64",
            True,
            id="replaced under the same name",
        ),
        pytest.param(
            "6.1.0-18-amd64",
            _images("6.1.0-18-amd64") | {"/run/reboot-required.pkgs": "libc6\n"},
            "6.1.0-18-amd64",
            False,
            id="a reboot for another package",
        ),
    ],
)
def test_a_reboot_is_due_when_a_newer_kernel_waits(
    make_host: MakeHost, running: str, files: Mapping[str, Any], newest: str | None, *, due: bool | None
) -> None:
    """A patched kernel protects nobody until it runs."""
    facts = _facts(make_host(RUNNING | {"/proc/sys/kernel/osrelease": f"{running}\n"} | files))
    assert (facts.newest_installed, facts.reboot_due) == (newest, due)


def test_a_container_has_no_kernel_to_reboot(make_host: MakeHost) -> None:
    files = {"/proc/sys/kernel/osrelease": "6.1.0-9-amd64\n", "/run/systemd/container": "lxc\n"}
    assert _facts(make_host(files | _images("6.1.0-18-amd64"))).reboot_due is None


def test_an_image_has_no_running_kernel(make_host: MakeHost) -> None:
    facts = _facts(make_host(_images("6.1.0-18-amd64")))
    not_live = Unknown(unknown="not a live host")
    assert (facts.release, facts.reboot_due, facts.command_line, facts.lockdown) == (
        not_live,
        not_live,
        not_live,
        not_live,
    )
    assert facts.newest_installed == "6.1.0-18-amd64"


def test_versions_of_different_length_are_ordered() -> None:
    assert is_newer("5.14.0-362.8.1.el9_3.x86_64", "5.14.0-362.el9.x86_64")
    assert not is_newer("5.14.0-362.el9.x86_64", "5.14.0-362.8.1.el9_3.x86_64")


@pytest.mark.parametrize(
    ("default", "environment", "words"),
    [
        pytest.param("0", "", ("root=UUID=*", "ro", "quiet", "audit=1"), id="the first entry"),
        pytest.param(
            "1>1", "", ("root=/dev/sda1", "ro", "nokaslr", "old", "quoted=a b"), id="by position in a submenu"
        ),
        pytest.param("1", "", ("root=/dev/sda1", "ro", "advanced"), id="a submenu: its first"),
        pytest.param(
            "advanced>advanced-17", "", ("root=/dev/sda1", "ro", "nokaslr", "old", "quoted=a b"), id="by identifiers"
        ),
        pytest.param("${saved_entry}", "saved_entry=Memory test\n", (), id="by the saved title"),
        pytest.param("gone", "", ("root=UUID=*", "ro", "quiet", "audit=1"), id="a default that is gone"),
    ],
)
def test_the_next_boots_command_line_is_the_default_entrys(
    make_host: MakeHost, default: str, environment: str, words: tuple[str, ...]
) -> None:
    """Settings in the entry that is booted count, not those in the first that a search finds."""
    host = make_host(
        {"/boot/grub/grub.cfg": GRUB % default, "/boot/grub/grubenv": f"# GRUB Environment Block\n{environment}###"}
    )
    assert _facts(host).command_line_at_boot == words


def _entry(version: str, options: str) -> str:
    return f"title openEuler ({version})\nversion {version}\nlinux /vmlinuz-{version}\noptions {options}\n"


def test_entries_in_files_of_their_own(make_host: MakeHost) -> None:
    """Red Hat's relatives keep each kernel's options in a file; the newest is booted unless another is saved."""
    files = {
        "/boot/grub2/grub.cfg": 'set default=${saved_entry}\nset kernelopts="root=/dev/vg/x ro audit=1"\nblscfg\n',
        "/boot/loader/entries/0123-5.10.0-60.el9.x86_64.conf": _entry(
            "5.10.0-60.el9.x86_64", "$kernelopts $tuned_params"
        ),
        "/boot/loader/entries/0123-5.10.0-9.el9.x86_64.conf": _entry("5.10.0-9.el9.x86_64", "ro single"),
        "/boot/loader/entries/0123-0-rescue.conf": _entry("9-0-rescue-0123", "ro rescue"),
    }
    assert _facts(make_host(files)).command_line_at_boot == ("root=/dev/vg/x", "ro", "audit=1")
    saved = files | {"/boot/grub2/grubenv": "saved_entry=0123-5.10.0-9.el9.x86_64\n"}
    probed = kernel.probe(make_host(saved))
    assert isinstance(probed.facts, Kernel)
    assert probed.facts.command_line_at_boot == ("ro", "single")
    assert probed.sources["command_line_at_boot"].where == "/boot/loader/entries/0123-5.10.0-9.el9.x86_64.conf:4"


def test_a_stub_on_the_efi_partition_gives_way(make_host: MakeHost) -> None:
    host = make_host(
        {"/boot/grub2/grub.cfg": GRUB % "0", "/boot/efi/EFI/openEuler/grub.cfg": "configfile $prefix/grub.cfg\n"}
    )
    assert _facts(host).command_line_at_boot == ("root=UUID=*", "ro", "quiet", "audit=1")


def test_without_rights_roots_boot_files_are_unknown(
    make_host: MakeHost, without_overrides: Callable[[], AbstractContextManager[None]]
) -> None:
    """grub.cfg is root's alone on many systems: that is no sign that no option is set."""
    host = make_host({"/boot/grub2/grub.cfg": {"content": GRUB % "0", "mode": "0000"}, "/proc/cmdline": "ro audit=1\n"})
    with without_overrides():
        facts = _facts(host)
    assert facts.command_line == ("ro", "audit=1")
    assert facts.command_line_at_boot == Unknown(unknown="no permission")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ro quiet  audit=1\n", ("ro", "quiet", "audit=1")),
        ('dyndbg="file a.c +p; file b.c +p" ro', ("dyndbg=file a.c +p; file b.c +p", "ro")),
        (
            "root=PARTUUID=0a1b2c3d-0000-1111-2222-333344445555 resume=UUID=ABCD-1234",
            ("root=PARTUUID=*", "resume=UUID=*"),
        ),
        ("rd.luks.uuid=luks-0a1b2c3d-0000-1111-2222-333344445555", ("rd.luks.uuid=luks-*",)),
        ("systemd.machine_id=0123456789abcdef0123456789abcdef", ("systemd.machine_id=*",)),
        (
            "my.password=s3cret vconsole.keymap=us rd.luks.key=/k",
            ("my.password=*", "vconsole.keymap=us", "rd.luks.key=*"),
        ),
        (
            "systemd.set_credential=passwd.hashed-password.root:$y$x root=cifs://lin:s3cret@files/root",
            ("systemd.set_credential=*", "root=cifs://files/root"),
        ),
    ],
)
def test_command_lines_tell_neither_machines_nor_secrets(
    make_host: MakeHost, line: str, words: tuple[str, ...]
) -> None:
    """The same section is shared by all hosts of one build; identifiers of disks would make each of them unique."""
    assert _facts(make_host({"/proc/cmdline": line})).command_line == words


def test_the_kernel_names_its_flaws(make_host: MakeHost) -> None:
    flaws = "/sys/devices/system/cpu/vulnerabilities"
    probed = kernel.probe(
        make_host(
            {
                f"{flaws}/l1tf": "Mitigation: PTE Inversion; VMX: vulnerable\n",
                f"{flaws}/mds": "Vulnerable: Clear CPU buffers attempted, no microcode\n",
                f"{flaws}/meltdown": "Not affected\n",
                f"{flaws}/spectre_v2": "Vulnerable\n",
            }
        )
    )
    assert isinstance(probed.facts, Kernel)
    assert probed.facts.vulnerable_to == ("mds", "spectre_v2")
    assert probed.sources["vulnerable_to[1]"].where == f"{flaws}/spectre_v2"


@pytest.mark.parametrize(
    ("files", "measuring"),
    [
        pytest.param({"/sys/kernel/security/ima/runtime_measurements_count": "733\n"}, True, id="many"),
        pytest.param({"/sys/kernel/security/ima/runtime_measurements_count": "1\n"}, False, id="only the boot"),
        pytest.param({"/sys/kernel/security/lsm": "capability\n"}, False, id="a kernel without"),
        pytest.param({}, Unknown(unknown="not a live host"), id="an image"),
    ],
)
def test_measuring_is_more_than_the_boot_aggregate(
    make_host: MakeHost, files: Mapping[str, str], measuring: object
) -> None:
    assert _facts(make_host(files)).ima_measuring == measuring


def test_lockdown_is_the_mode_in_brackets(make_host: MakeHost) -> None:
    assert (
        _facts(make_host({"/sys/kernel/security/lockdown": "none [integrity] confidentiality\n"})).lockdown
        == "integrity"
    )


def test_a_kernel_without_lockdown_has_none(make_host: MakeHost) -> None:
    assert _facts(make_host({"/sys/kernel/security/lsm": "capability\n"})).lockdown is None


def test_this_machines_kernel_is_the_one_that_uname_names() -> None:
    """The live door: what is read from /proc is what the system call says."""
    assert _facts(Host()).release == os.uname().release
