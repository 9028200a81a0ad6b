"""The two families of cron: Debian's, and cronie of Fedora's relatives and openSUSE."""

import re
from collections.abc import Callable
from typing import NamedTuple

from rongdun_agent.host import Host

_DEBIAN, _CRONIE = ("/usr/sbin/cron", "/sbin/cron"), ("/usr/sbin/crond", "/sbin/crond")
_PORTABLE_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LEFTOVERS = (".rpmsave", ".rpmorig", ".rpmnew", ".swp", ".cfsaved", ",v", "~")


class Dialect(NamedTuple):
    """What differs between them."""

    installed: bool
    fragment_counts: Callable[[str], bool]
    """Whether a name in cron.d is read, and one in cron.daily run."""
    one_error_voids_the_file: bool
    everyone_without_lists: bool
    """Whether users may have crontabs where neither cron.allow nor cron.deny exists."""


def dialect_of(host: Host) -> Dialect:
    """The family whose daemon is installed; Debian's rules where none is."""
    if any(host.exists(path) for path in _CRONIE):
        return Dialect(
            installed=True,
            fragment_counts=_is_no_leftover,
            one_error_voids_the_file=False,
            everyone_without_lists=False,
        )
    return Dialect(
        installed=any(host.exists(path) for path in _DEBIAN),
        fragment_counts=lambda name: _PORTABLE_NAME.fullmatch(name) is not None,
        one_error_voids_the_file=True,
        everyone_without_lists=True,
    )


def _is_no_leftover(name: str) -> bool:
    return not name.startswith((".", "#")) and not name.endswith(_LEFTOVERS)
