"""Modules that may not be loaded, judged by modprobe's own reading of the same files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.modprobe_files import read_configuration
from rongdun_agent.probes import modules
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.modules import Modules
from tests.agent.conftest import MakeHost
from tests.lab.roots import Root

ETC, LIB = "/etc/modprobe.d", "/usr/lib/modprobe.d"
RELEASE = "6.1.0-18-amd64"
TREE = {
    "/proc/sys/kernel/osrelease": f"{RELEASE}\n",
    f"/lib/modules/{RELEASE}/modules.dep": (
        "kernel/fs/cramfs/cramfs.ko: kernel/lib/zlib.ko kernel/net/sctp/sctp.ko\n"
        "kernel/drivers/usb/storage/usb-storage.ko.xz: kernel/drivers/usb/common/usb-common.ko.xz\n"
        "extra/hfs.ko.zst:\n"
    ),
    f"/lib/modules/{RELEASE}/modules.builtin": "kernel/fs/squashfs/squashfs.ko\nkernel/fs/ext4/ext4.ko\n",
}

CASES: dict[str, Mapping[str, str]] = {
    "install and blacklist": {f"{ETC}/a.conf": "install cramfs /bin/false\nblacklist usb-storage\n"},
    "dashes and underscores": {f"{ETC}/a.conf": "install usb-storage /bin/true\nblacklist usb_storage\n"},
    "comments and spaces": {f"{ETC}/a.conf": "# install cramfs /bin/true\n\t install  \t hfs \t /bin/true -x\n"},
    "a comment behind": {f"{ETC}/a.conf": "install cramfs /bin/true # never\nblacklist hfs # never\n"},
    "continued": {f"{ETC}/a.conf": "install cramfs \\\n/bin/true\ninstall \\\n hfs /bin/false\n"},
    "no command": {f"{ETC}/a.conf": "install cramfs\ninstall hfs /bin/true\n"},
    "the administrator's file hides the package's": {
        f"{ETC}/a.conf": "install cramfs /bin/true\n",
        f"{LIB}/a.conf": "install hfs /bin/true\n",
        f"{LIB}/b.conf": "install udf /bin/true\n",
    },
    "empty hides too": {f"{ETC}/a.conf": "", f"{LIB}/a.conf": "install hfs /bin/true\n"},
    "other names do not count": {f"{ETC}/a.conf.bak": "install cramfs /bin/true\n", f"{ETC}/b.conf": "blacklist hfs\n"},
    "hidden": {f"{ETC}/.a.conf": "install cramfs /bin/true\n", f"{ETC}/b.conf": "blacklist hfs\n"},
    "/run and /usr/local": {
        "/run/modprobe.d/x.conf": "install cramfs /bin/true\n",
        "/usr/local/lib/modprobe.d/y.conf": "install hfs /bin/true\n",
    },
    "the first of two": {f"{ETC}/a.conf": "install cramfs /sbin/x\n", f"{ETC}/b.conf": "install cramfs /bin/true\n"},
    "other keywords": {f"{ETC}/a.conf": "options cramfs x=1\nalias a cramfs\nremove hfs /bin/true\nsoftdep a pre: b\n"},
    "a pattern": {f"{ETC}/a.conf": "install hf* /bin/true\n"},
}


@pytest.mark.parametrize("files", [pytest.param(files, id=name) for name, files in CASES.items()])
def test_configuration_is_what_modprobe_reads(
    debian_root: Callable[..., Root], tmp_path: Path, make_host: MakeHost, files: Mapping[str, str]
) -> None:
    """Which of two contradicting lines counts is decided by modprobe, not by us."""
    root = debian_root("bookworm", *PACKAGES)
    found = read_configuration(make_host(files), [])
    shell = "".join(
        f"mount -t tmpfs x {directory}; cp -a /mnt{directory}/. {directory}/ 2>/dev/null; "
        for directory in ("/etc/modprobe.d", "/run", "/usr/local/lib", "/usr/lib/modprobe.d")
    )
    said = _in_root(root, tmp_path / "host", f"{shell} modprobe --showconfig || true")
    wanted = [line.split(" ", 2) for line in said.split("\n")]
    assert [(pattern, command) for pattern, command, _ in found.installs] == [
        (words[1], words[2].strip()) for words in wanted if words[0] == "install"
    ]
    assert sorted(found.blacklisted) == sorted({words[1] for words in wanted if words[0] == "blacklist"})


def _in_root(root: Root, tree: Path, shell: str) -> str:
    """Run a shell line inside a root that sees a tree at /mnt; what it mounts goes with it."""
    outer = f"cd {root.path} && mount --bind {tree} mnt && mkdir -p usr/lib/modprobe.d && exec chroot . sh -c '{shell}'"
    done = Root(root.suite, Path("/")).run("sh", "-c", outer)
    assert done.returncode == 0, done.stderr
    return done.stdout


PACKAGES = (
    *("anacron", "at", "auditd", "chrony", "cron", "iptables", "kmod", "logrotate"),
    *("nftables", "openssh-server", "rsyslog"),
)


def _facts(host: Host) -> Modules:
    facts = modules.probe(host).facts
    assert isinstance(facts, Modules)
    return facts


@pytest.mark.parametrize(
    ("command", "barred"),
    [
        ("/bin/true", True),
        ("/bin/false", True),
        ("/usr/bin/false", True),
        ("/sbin/nologin", True),
        ("/bin/false # never", True),
        ("exit 1", True),
        (":", True),
        ("/sbin/modprobe --ignore-install cramfs", False),
        ("/bin/true; /sbin/modprobe --ignore-install cramfs", False),
        ("/bin/true && insmod x", False),
        ("/usr/local/bin/truelove", False),
    ],
)
def test_a_module_is_barred_by_a_command_that_does_nothing(make_host: MakeHost, command: str, barred: bool) -> None:
    """An install line that loads the module after all bars nothing."""
    host = make_host({f"{ETC}/a.conf": f"install cramfs {command}\n"})
    assert _facts(host).named["cramfs"].install_barred is barred


def test_the_kernels_own_tree_tells_what_is_available(make_host: MakeHost) -> None:
    """A module that the kernel lacks needs no barring."""
    named = _facts(make_host(TREE | {"/proc/modules": "cramfs 1 0 - Live 0x0\n"})).named
    assert {
        name: (named[name].available, named[name].built_in)
        for name in ("cramfs", "hfs", "usb_storage", "squashfs", "sctp")
    } == {
        "cramfs": (True, False),
        "hfs": (True, False),
        "usb_storage": (True, False),
        "squashfs": (True, True),
        "sctp": (False, False),  # only named as something that another module needs
    }
    assert (named["cramfs"].loaded, named["hfs"].loaded) == (True, False)


def test_an_image_is_judged_by_the_kernel_that_it_would_boot(make_host: MakeHost) -> None:
    files = {path: content for path, content in TREE.items() if not path.startswith("/proc")}
    facts = _facts(make_host(files | {"/boot/vmlinuz-6.1.0-18-amd64": ""}))
    assert facts.named["hfs"].available is True
    assert facts.loaded == facts.named["hfs"].loaded == Unknown(unknown="not a live host")
    assert facts.loading_disabled == facts.tainted == Unknown(unknown="not a live host")


def test_without_a_tree_nobody_can_tell_what_is_available(make_host: MakeHost) -> None:
    assert _facts(make_host({"/proc/modules": ""})).named["hfs"].available is None


def test_the_command_line_bars_and_loads(make_host: MakeHost) -> None:
    """`module_blacklist=` is stronger than any file: the kernel itself refuses."""
    host = make_host(
        {"/proc/cmdline": "quiet module_blacklist=usb-storage,hfs modprobe.blacklist=udf modules_load=sctp\n"}
    )
    named = _facts(host).named
    assert [name for name, module in named.items() if module.install_barred] == ["hfs", "usb_storage"]
    assert [name for name, module in named.items() if module.blacklisted] == ["hfs", "udf", "usb_storage"]
    assert [name for name, module in named.items() if module.loaded_at_boot] == ["sctp"]


def test_modules_of_the_boot_are_told_with_their_lines(make_host: MakeHost) -> None:
    probed = modules.probe(
        make_host({"/etc/modules-load.d/x.conf": "# c\nusb-storage\n;udf\n", "/etc/modules": "tipc arg\n"})
    )
    assert isinstance(probed.facts, Modules)
    assert [name for name, module in probed.facts.named.items() if module.loaded_at_boot] == ["tipc", "usb_storage"]
    assert probed.sources['named["usb_storage"].loaded_at_boot'].where == "/etc/modules-load.d/x.conf:2"
    assert probed.sources['named["tipc"].loaded_at_boot'].where == "/etc/modules:1"


def test_a_running_kernel_tells_its_own_state(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/proc/modules": "z 1 0 - Live 0x0\na 1 0 - Live 0x0\n",
            "/proc/sys/kernel/modules_disabled": "1\n",
            "/proc/sys/kernel/tainted": "12289\n",
            "/sys/module/module/parameters/sig_enforce": "N\n",
        }
    )
    facts = _facts(host)
    assert (facts.loaded, facts.loading_disabled, facts.tainted, facts.signature_enforced) == (
        ("a", "z"),
        True,
        12289,
        False,
    )


def test_without_rights_closed_settings_are_unknown(
    make_host: MakeHost, without_overrides: Callable[[], AbstractContextManager[None]]
) -> None:
    host = make_host({"/proc/modules": "", "/proc/sys/kernel/modules_disabled": {"content": "0\n", "mode": "0000"}})
    with without_overrides():
        assert _facts(host).loading_disabled == Unknown(unknown="no permission")


def test_a_comment_changes_no_fact(make_host: MakeHost) -> None:
    before = modules.probe(make_host({f"{ETC}/a.conf": "install hfs /bin/true\n"}))
    after = modules.probe(make_host({f"{ETC}/a.conf": "# why\ninstall hfs /bin/true\n"}))
    assert seal("modules", before.facts, {}).facts_digest == seal("modules", after.facts, {}).facts_digest


def test_without_rights_a_closed_file_leaves_open_what_is_barred(
    make_host: MakeHost, without_overrides: Callable[[], AbstractContextManager[None]]
) -> None:
    """Hardening scripts close their own files: what they bar is then unknown, what is loaded is not."""
    host = make_host(
        TREE | {"/proc/modules": "", f"{ETC}/a.conf": {"content": "install hfs /bin/true\n", "mode": "0000"}}
    )
    with without_overrides():
        found = _facts(host).named["hfs"]
    refused = Unknown(unknown="no permission")
    assert (found.install_barred, found.blacklisted, found.loaded_at_boot) == (refused, refused, refused)
    assert (found.loaded, found.available) == (False, True)


def test_modules_that_the_kernel_marks_are_foreign(make_host: MakeHost) -> None:
    """`P` alone is a licence; a module from outside, or without a signature, may be anything."""
    lines = (
        "plain 1 0 - Live 0x0\nlicensed 1 0 - Live 0x0 (P)\nbuilt_here 1 0 - Live 0x0 (OE)\n"
        "forced 1 0 - Live 0x0 (F)\nleaving 1 0 - Unloading 0x0 (OE-)\ndepended 1 1 (OE), Live 0x0\n"
    )
    assert _facts(make_host({"/proc/modules": lines})).foreign == ("built_here", "forced", "leaving")
