"""Mandatory access control counts when it denies, now and after the next boot."""

from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import mandatory_access
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.mandatory_access import MandatoryAccess

ENFORCED = {"/sys/fs/selinux/enforce": "1", "/etc/selinux/config": "SELINUX=enforcing\nSELINUXTYPE=targeted\n"}
APPARMOR = {
    "/sys/module/apparmor/parameters/enabled": "Y\n",
    "/sys/kernel/security/apparmor/profiles": "/usr/sbin/x (enforce)\nman (complain)\n",
    "/etc/apparmor.d/usr.sbin.x": "",
    "/lib/systemd/system/apparmor.service": "[Service]\nExecStart=/x\n[Install]\nWantedBy=sysinit.target\n",
    "/etc/systemd/system/sysinit.target.wants/apparmor.service": {"symlink": "/lib/systemd/system/apparmor.service"},
}


def facts_of(host: Host) -> MandatoryAccess:
    facts = mandatory_access.probe(host).facts
    assert isinstance(facts, MandatoryAccess)
    return facts


@pytest.mark.parametrize(
    ("files", "in_force"),
    [
        pytest.param({}, False, id="nothing is there"),
        pytest.param(ENFORCED, True, id="SELinux enforcing in both"),
        pytest.param(ENFORCED | {"/sys/fs/selinux/enforce": "0"}, False, id="set to permissive by hand"),
        pytest.param(
            ENFORCED | {"/etc/selinux/config": "SELINUX=permissive\n"}, False, id="permissive after the next boot"
        ),
        pytest.param(
            ENFORCED | {"/etc/selinux/config": "#SELINUX=enforcing\nSELINUX=disabled\n"}, False, id="a comment"
        ),
        pytest.param(
            ENFORCED | {"/etc/selinux/config": "SELINUX=enforcing\nSELINUX=disabled\n"},
            True,
            id="the first line counts",
        ),
        pytest.param(ENFORCED | {"/etc/selinux/config": " SELINUX=enforcing\n"}, False, id="an indented line is none"),
        pytest.param(ENFORCED | {"/proc/cmdline": "root=/x selinux=0\n"}, False, id="switched off on the command line"),
        pytest.param(ENFORCED | {"/proc/cmdline": "enforcing=0\n"}, False, id="permissive on the command line"),
        pytest.param(APPARMOR, True, id="AppArmor with an enforced profile"),
        pytest.param(
            APPARMOR | {"/sys/kernel/security/apparmor/profiles": "man (complain)\n"},
            False,
            id="complaining profiles only",
        ),
        pytest.param(APPARMOR | {"/sys/module/apparmor/parameters/enabled": "N\n"}, False, id="switched off"),
        pytest.param(APPARMOR | {"/proc/cmdline": "quiet apparmor=0\n"}, False, id="left out on the command line"),
        pytest.param(APPARMOR | {"/proc/cmdline": "lsm=landlock,apparmor,bpf\n"}, True, id="among the listed modules"),
        pytest.param(APPARMOR | {"/proc/cmdline": "security=selinux\n"}, False, id="another module is chosen"),
        pytest.param(
            APPARMOR | {"/boot/grub/grub.cfg": "menuentry 'x' {\n linux /vmlinuz-6 ro apparmor=0\n}\n"},
            False,
            id="the boot loader leaves it out next time",
        ),
        pytest.param(
            ENFORCED
            | {
                "/proc/cmdline": "enforcing=0\n",
                "/boot/grub2/grub.cfg": "menuentry 'x' {\n linux /vmlinuz-6 ro quiet\n}\n",
            },
            True,
            id="permissive only on the command line of this boot",
        ),
        pytest.param(
            {"/etc/selinux/config": "SELINUX=enforcing\n"}, Unknown(unknown="not a live host"), id="not running"
        ),
        pytest.param({"/etc/selinux/config": "SELINUX=disabled\n"}, False, id="disabled, running or not"),
        pytest.param({"/usr/sbin/kysec_set": ""}, Unknown(unknown="undecided"), id="KYSEC in an unknown mode"),
    ],
)
def test_in_force_means_now_and_after_the_next_boot(make_host, files: dict[str, Any], in_force: object) -> None:
    assert facts_of(make_host(files)).in_force == in_force


def test_apparmor_without_its_service_ends_at_the_next_boot(make_host) -> None:
    files = {path: value for path, value in APPARMOR.items() if ".wants/" not in path}
    assert facts_of(make_host(files)).in_force is False


def test_profiles_are_told_by_mode(make_host) -> None:
    apparmor = facts_of(make_host(APPARMOR)).apparmor
    assert apparmor is not None
    assert (apparmor.enforcing, apparmor.complaining) == (("/usr/sbin/x",), ("man",))


def test_profiles_that_only_root_sees_are_unknown(make_host, without_overrides) -> None:
    profiles = {"/sys/kernel/security/apparmor/profiles": {"content": "x (enforce)\n", "mode": "0000"}}
    host = make_host(APPARMOR | profiles)
    with without_overrides():
        facts = facts_of(host)
    assert facts.in_force == Unknown(unknown="no permission")


POLICY = "/sys/kernel/security/apparmor/policy"
CLOSED_LIST = {
    "/sys/kernel/security/apparmor/profiles": {"content": "x (enforce)\n", "mode": "0000"},
    f"{POLICY}/namespaces": {"dir": True},
    f"{POLICY}/profiles/usr.sbin.x.3/name": "/usr/sbin/x\n",
    f"{POLICY}/profiles/usr.sbin.x.3/mode": "enforce\n",
    f"{POLICY}/profiles/usr.sbin.x.3/profiles/hat.4/name": "hat\n",
    f"{POLICY}/profiles/usr.sbin.x.3/profiles/hat.4/mode": "enforce\n",
    f"{POLICY}/profiles/man.5/name": "man\n",
    f"{POLICY}/profiles/man.5/mode": "complain\n",
    f"{POLICY}/profiles/man.5/profiles": {"dir": True},
    f"{POLICY}/profiles/going.6": {"dir": True},
}


def test_where_the_list_is_closed_the_directories_tell(make_host, without_overrides) -> None:
    """The kernel opens its list to root's user and group alone, whatever capabilities a service has."""
    host = make_host(APPARMOR | CLOSED_LIST)
    with without_overrides():
        apparmor = mandatory_access.probe(host).facts.apparmor
    assert apparmor.enforcing == ("/usr/sbin/x", "/usr/sbin/x//hat")
    assert apparmor.complaining == ("man",)


def test_profiles_of_other_name_spaces_are_not_left_out_silently(make_host, without_overrides) -> None:
    host = make_host(APPARMOR | CLOSED_LIST | {f"{POLICY}/namespaces/lxd-web": {"dir": True}})
    with without_overrides():
        apparmor = mandatory_access.probe(host).facts.apparmor
    assert apparmor.enforcing == Unknown(unknown="no permission")
