"""What stands at an account's home directory: its modes, its owner, its keys, and files that trust other hosts."""

import re
from collections.abc import Iterable

from rongdun_agent.host import Host, Refused, Stat
from rongdun_agent.local_accounts.authorized_keys import KeyLine, parse_authorized_keys
from rongdun_agent.local_accounts.lines import PasswdEntry
from rongdun_contract.facts.accounts import Home
from rongdun_contract.facts.model import Unknown

TRUST_FILES = (".forward", ".netrc", ".rhosts", ".shosts")
KEY_FILES = (".ssh/authorized_keys", ".ssh/authorized_keys2")
"""Where sshd looks unless AuthorizedKeysFile says otherwise, relative to the home directory."""
_TOKEN = re.compile(r"%([%huU])")
_REFUSED = Unknown(unknown="no permission")


def home_of(host: Host, entry: PasswdEntry) -> Home | Unknown | None:
    """Look at a home directory; nothing for an account that names none."""
    if not entry.home.startswith("/"):
        return None
    try:
        directory = host.stat(entry.home)
    except Refused:
        return _REFUSED
    if directory is None or directory.type != "directory":
        return Home(exists=False)
    ssh = _stats(host, [_below(entry.home, ".ssh")])
    keys = _stats(host, [_below(entry.home, name) for name in KEY_FILES])
    return Home(
        exists=True,
        owner_matches=directory.uid == entry.uid,
        mode=directory.mode,
        ssh_directory_mode=ssh if isinstance(ssh, Unknown) else _widest(ssh),
        authorized_keys_mode=keys if isinstance(keys, Unknown) else _widest(keys),
        ssh_owner_matches=_owned(entry.uid, ssh, keys),
        trust_files=_trust_files(host, entry.home),
    )


def keys_of(host: Host, entry: PasswdEntry, patterns: tuple[str, ...] = KEY_FILES) -> tuple[KeyLine, ...] | Unknown:
    """The public keys that let someone in as this account; `patterns` as AuthorizedKeysFile gives them."""
    found: list[KeyLine] = []
    for path in key_paths(entry, patterns):
        try:
            found += parse_authorized_keys(path, host.lines(path)) if host.is_file(path) else ()
        except Refused:
            return _REFUSED
    return tuple(found)


def key_paths(entry: PasswdEntry, patterns: tuple[str, ...]) -> Iterable[str]:
    """Paths with sshd's tokens replaced; a relative one is meant from the home directory."""
    for pattern in patterns:
        tokens = {"%": "%", "h": entry.home, "u": entry.name, "U": str(entry.uid)}
        path = "".join(tokens.get(part, part) if at % 2 else part for at, part in enumerate(_TOKEN.split(pattern)))
        if path.startswith("/"):
            yield path
        elif entry.home.startswith("/"):
            yield _below(entry.home, path)


def _below(home: str, name: str) -> str:
    return f"{home.rstrip('/')}/{name}"


def _stats(host: Host, paths: Iterable[str]) -> list[Stat] | Unknown:
    """What is at the paths, left out where nothing is."""
    try:
        return [found for path in paths if (found := host.stat(path)) is not None]
    except Refused:
        return _REFUSED


def _widest(stats: list[Stat]) -> int | None:
    """All permission bits that any of them has; absent when there is none."""
    if not stats:
        return None
    mode = 0
    for stat in stats:
        mode |= stat.mode
    return mode


def _owned(uid: int, *groups: list[Stat] | Unknown) -> bool | Unknown | None:
    """Whether all belong to the account or to root; absent when there are none."""
    found: list[Stat] = []
    for group in groups:
        if isinstance(group, Unknown):
            return group
        found += group
    return all(stat.uid in (uid, 0) for stat in found) if found else None


def _trust_files(host: Host, home: str) -> tuple[str, ...] | Unknown:
    try:
        return tuple(name for name in TRUST_FILES if host.stat(_below(home, name), follow=False) is not None)
    except Refused:
        return _REFUSED
