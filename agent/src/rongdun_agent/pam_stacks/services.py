"""The services that people come in by, and what each of them asks PAM to do."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Service(NamedTuple):
    """`authenticates` and `changes_passwords` say which stacks count; a daemon's real user is root."""

    authenticates: bool = True
    changes_passwords: bool = True
    runs_as_root: bool = True


SERVICES: Mapping[str, Service] = MappingProxyType(
    {
        "cockpit": Service(),
        "gdm-password": Service(),
        "kde": Service(),
        "kylin-greeter": Service(),
        "lightdm": Service(),
        "login": Service(),
        "other": Service(),
        "passwd": Service(authenticates=False, runs_as_root=False),
        "polkit-1": Service(changes_passwords=False),
        "remote": Service(),
        "sddm": Service(),
        "sshd": Service(),
        "su": Service(runs_as_root=False),
        "su-l": Service(runs_as_root=False),
        "sudo": Service(),
        "sudo-i": Service(),
        "ukui-screensaver-qt": Service(changes_passwords=False),
        "vsftpd": Service(changes_passwords=False),
        "xrdp-sesman": Service(),
        "xscreensaver": Service(changes_passwords=False, runs_as_root=False),
    }
)
"""`other` is what a program gets that has no file of its own."""
