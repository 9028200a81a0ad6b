"""Whoever stands at the console must not get past every control by starting the machine his own way."""

from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import boot
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.boot import Boot

MENU = "menuentry 'Linux' { linux /vmlinuz }\n"
GUARDED = 'set superusers="root"\npassword_pbkdf2 root grub.pbkdf2.sha512.10000.AB.CD\n' + MENU
RED_HAT = (
    'if [ -n "${GRUB2_PASSWORD}" ]; then\n  set superusers="root"\n  export superusers\n'
    "  password_pbkdf2 root ${GRUB2_PASSWORD}\nfi\n" + MENU
)
RESCUE = {
    "/lib/systemd/system/rescue.service": "[Service]\nExecStart=-/lib/systemd/systemd-sulogin-shell rescue\n",
    "/lib/systemd/system/emergency.service": "[Service]\nExecStart=-/lib/systemd/systemd-sulogin-shell emergency\n",
}


def facts_of(host: Host) -> Boot:
    facts = boot.probe(host).facts
    assert isinstance(facts, Boot)
    return facts


@pytest.mark.parametrize(
    ("files", "guarded"),
    [
        pytest.param({}, None, id="no loader, as in a container"),
        pytest.param({"/boot/grub/grub.cfg": MENU}, False, id="no password"),
        pytest.param({"/boot/grub/grub.cfg": GUARDED}, True, id="a superuser with a password"),
        pytest.param(
            {"/boot/grub/grub.cfg": GUARDED.replace("set super", "# set super")}, False, id="nobody is superuser"
        ),
        pytest.param({"/boot/grub/grub.cfg": GUARDED.replace('"root"', '"admin"')}, False, id="another one's password"),
        pytest.param({"/boot/grub/grub.cfg": GUARDED.replace('"root"', '"admin,root"')}, True, id="one of two"),
        pytest.param({"/boot/grub2/grub.cfg": RED_HAT}, False, id="Red Hat's menu without user.cfg"),
        pytest.param(
            {"/boot/grub2/grub.cfg": RED_HAT, "/boot/grub2/user.cfg": "GRUB2_PASSWORD=grub.pbkdf2.sha512.1.A.B\n"},
            True,
            id="Red Hat's menu with user.cfg",
        ),
        pytest.param(
            {"/boot/efi/EFI/debian/grub.cfg": "configfile $prefix/grub.cfg\n", "/boot/grub/grub.cfg": GUARDED},
            True,
            id="a stub on the EFI partition",
        ),
    ],
)
def test_the_menu_is_guarded_when_a_superuser_has_a_password(make_host, files: dict[str, str], guarded: object) -> None:
    assert facts_of(make_host(files)).loader_password is guarded


@pytest.mark.parametrize(
    ("files", "needs"),
    [
        pytest.param({}, None, id="no such units"),
        pytest.param(RESCUE, True, id="as shipped"),
        pytest.param(
            RESCUE | {"/etc/systemd/system/rescue.service.d/x.conf": "[Service]\nExecStart=\nExecStart=/bin/bash\n"},
            False,
            id="a drop-in starts a shell",
        ),
        pytest.param(
            RESCUE
            | {"/etc/systemd/system/emergency.service.d/x.conf": "[Service]\nEnvironment=SYSTEMD_SULOGIN_FORCE=1\n"},
            False,
            id="a locked root is let in",
        ),
        pytest.param(RESCUE | {"/etc/systemd/system/rescue.service": {"symlink": "/dev/null"}}, True, id="masked"),
        pytest.param(
            RESCUE
            | {"/lib/systemd/system/rescue.service": '[Service]\nExecStart=-/bin/sh -c "/usr/sbin/sulogin; x"\n'},
            True,
            id="by a shell that runs sulogin first",
        ),
    ],
)
def test_rescue_shells_ask_for_the_password(make_host, files: dict[str, Any], needs: object) -> None:
    assert facts_of(make_host(files)).rescue_needs_password is needs


@pytest.mark.parametrize(
    ("link", "reboots"),
    [
        pytest.param({"/lib/systemd/system/ctrl-alt-del.target": {"symlink": "reboot.target"}}, True, id="as shipped"),
        pytest.param({"/etc/systemd/system/ctrl-alt-del.target": {"symlink": "/dev/null"}}, False, id="masked"),
        pytest.param({}, None, id="no systemd"),
    ],
)
def test_three_keys_reboot_unless_masked(make_host, link: dict[str, Any], reboots: object) -> None:
    host = make_host({"/lib/systemd/system/reboot.target": "[Unit]\nDescription=x\n"} | link)
    assert facts_of(host).ctrl_alt_del_reboots is reboots


@pytest.mark.parametrize(
    ("words", "enabled"),
    [
        pytest.param("root=/dev/sda1", False, id="not asked for"),
        pytest.param("systemd.debug_shell", True, id="asked for"),
        pytest.param("systemd.debug-shell=1", True, id="asked for with a value"),
        pytest.param("systemd.debug_shell=0", False, id="refused"),
        pytest.param("systemd.debug_shell=no", False, id="refused in words"),
        pytest.param("systemd.debug_shell=ttyS0", True, id="on a console of its own"),
    ],
)
def test_the_debug_shell_may_come_by_the_command_line(make_host, words: str, *, enabled: bool) -> None:
    assert facts_of(make_host({"/proc/cmdline": words + "\n"})).debug_shell_enabled is enabled


def test_what_only_root_may_read_is_unknown_to_others(make_host, without_overrides) -> None:
    host = make_host({"/boot/grub/grub.cfg": {"content": GUARDED, "mode": "0000"}})
    with without_overrides():
        facts = facts_of(host)
    assert facts.loader_password == facts.loader_entries_unrestricted == Unknown(unknown="no permission")


def test_a_closed_directory_may_hold_the_menu(make_host, without_overrides) -> None:
    """Red Hat closes /boot/grub2 to others: to them the host does not look as if it had no loader."""
    host = make_host({"/boot/grub2/grub.cfg": GUARDED, "/boot/grub2": {"dir": True, "mode": "0000"}})
    with without_overrides():
        assert facts_of(host).loader == Unknown(unknown="no permission")
