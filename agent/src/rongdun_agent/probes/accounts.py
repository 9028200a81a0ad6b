"""Local accounts and groups: who is known, who can get in, with what kind of password, and with which keys."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from rongdun_agent.host import Host, Refused
from rongdun_agent.local_accounts.authorized_keys import RESTRICTING
from rongdun_agent.local_accounts.homes import home_of, keys_of
from rongdun_agent.local_accounts.key_files import key_files
from rongdun_agent.local_accounts.lines import (
    GroupEntry,
    PasswdEntry,
    ShadowEntry,
    Table,
    first_of_each_name,
    parse_group,
    parse_passwd,
    parse_shadow,
)
from rongdun_agent.local_accounts.membership import groups_by_account, members_by_group, memberships, repeated
from rongdun_agent.local_accounts.passwords import needs_shadow, password_of
from rongdun_agent.local_accounts.private_keys import private_keys
from rongdun_agent.local_accounts.shells import lets_in
from rongdun_agent.login_defs import number, read_login_defs
from rongdun_agent.name_service import directory_services
from rongdun_agent.probed import Probed
from rongdun_agent.probes import sshd
from rongdun_contract.documents import Source
from rongdun_contract.facts.accounts import Account, Accounts, AuthorizedKey, Group, Login, Password
from rongdun_contract.facts.model import Maybe, Unknown

PASSWD, SHADOW, GROUP = "/etc/passwd", "/etc/shadow", "/etc/group"
_FIRST_REGULAR_UID = 1000
_NOBODY = 65534
_REFUSED = Unknown(unknown="no permission")


@dataclass(frozen=True, slots=True)
class _Files:
    """The parsed files; without root's rights shadow(5) is unknown, which is not the same as empty."""

    passwd: Table[PasswdEntry]
    groups: Table[GroupEntry]
    shadow: Table[ShadowEntry] | None
    first_regular_uid: int
    sources: dict[str, Source] = field(default_factory=dict)


def probe(host: Host) -> Probed:
    """Read the local accounts; what only root may see (kinds of hashes, other homes) is unknown without its rights."""
    files = _read(host)
    services, where = directory_services(host, "passwd")
    if where:
        files.sources["directory_services"] = Source(where=where)
    users, groups = files.passwd.entries, files.groups.entries
    told = _users(host, files)
    return Probed(
        Accounts(
            users=told,
            groups=_groups(files),
            logins=_logins(told),
            memberships=memberships(users, groups),
            duplicate_names=repeated(entry.name for entry in users),
            duplicate_uids=repeated(entry.uid for entry in users),
            duplicate_group_names=repeated(entry.name for entry in groups),
            duplicate_gids=repeated(entry.gid for entry in groups),
            missing_primary_gids=tuple(sorted({user.gid for user in users} - {group.gid for group in groups})),
            nis_lines=_nis_files(files),
            malformed_lines=_malformed_lines(files),
            directory_services=services,
        ),
        files.sources,
    )


def _read(host: Host) -> _Files:
    first_regular = number(read_login_defs(host).get("UID_MIN"))
    return _Files(
        passwd=parse_passwd(PASSWD, host.lines(PASSWD)),
        groups=parse_group(GROUP, host.lines(GROUP)),
        shadow=_shadow(host),
        first_regular_uid=_FIRST_REGULAR_UID if first_regular is None else first_regular,
    )


def _shadow(host: Host) -> Table[ShadowEntry] | None:
    try:
        return parse_shadow(SHADOW, host.lines(SHADOW))
    except Refused:
        return None


def _users(host: Host, files: _Files) -> tuple[Account, ...]:
    patterns = key_files(host, sshd.probe)
    groups = groups_by_account(files.passwd.entries, files.groups.entries)
    shadow = first_of_each_name(files.shadow.entries) if files.shadow else None
    users = []
    for index, entry in enumerate(files.passwd.entries):
        files.sources[f"users[{index}]"] = Source(where=entry.where)
        line = shadow.get(entry.name) if shadow else None
        if line and needs_shadow(entry):
            files.sources[f"users[{index}].password"] = Source(where=line.where)
        users.append(
            Account(
                name=entry.name,
                uid=entry.uid,
                gid=entry.gid,
                home=entry.home,
                shell=entry.shell,
                kind=_kind(entry, files.first_regular_uid),
                login_shell=lets_in(entry.shell),
                password=_password(entry, line, readable=shadow is not None),
                groups=groups.get(entry.name, ()),
                authorized_keys=_keys(host, entry, patterns, f"users[{index}].authorized_keys", files.sources),
                private_keys=private_keys(host, entry),
                home_directory=home_of(host, entry),
            )
        )
    return tuple(users)


def _kind(entry: PasswdEntry, first_regular_uid: int) -> Literal["root", "system", "regular"]:
    if entry.uid == 0:
        return "root"
    system = entry.uid < first_regular_uid or entry.uid == _NOBODY or entry.name == "nobody"
    return "system" if system else "regular"


def _password(entry: PasswdEntry, line: ShadowEntry | None, *, readable: bool) -> Password | Unknown | None:
    if needs_shadow(entry) and not readable:
        return _REFUSED
    return password_of(entry, line)


def _keys(
    host: Host, entry: PasswdEntry, patterns: tuple[str, ...] | Unknown, path: str, sources: dict[str, Source]
) -> tuple[AuthorizedKey, ...] | Unknown:
    found = patterns if isinstance(patterns, Unknown) else keys_of(host, entry, patterns)
    if isinstance(found, Unknown):
        return found
    for index, line in enumerate(found):
        sources[f"{path}[{index}]"] = Source(where=line.where)
    return tuple(line.key for line in found)


def _logins(users: Iterable[Account]) -> tuple[Maybe[Login], ...]:
    """One row for each account and key, in an order that does not follow the lines of a file."""
    rows: dict[tuple[str, str, str], Maybe[Login]] = {}
    for user in users:
        if isinstance(user.authorized_keys, Unknown):
            rows[user.name, "", ""] = user.authorized_keys
            continue
        for key in user.authorized_keys:
            row = (user.name, key.fingerprint, key.file)
            restricted = not RESTRICTING.isdisjoint(key.options)
            before = rows.get(row)
            # the same key twice in a file: sshd takes the first line that fits, and the freer one may fit more often
            restricted = restricted and not (isinstance(before, Login) and not before.restricted)
            rows[row] = Login(user=user.name, fingerprint=key.fingerprint, file=key.file, restricted=restricted)
    return tuple(rows[row] for row in sorted(rows))


def _groups(files: _Files) -> tuple[Group, ...]:
    entries = files.groups.entries
    for index, entry in enumerate(entries):
        files.sources[f"groups[{index}]"] = Source(where=entry.where)
    members = members_by_group(files.passwd.entries, entries)
    return tuple(Group(name=entry.name, gid=entry.gid, members=of) for entry, of in zip(entries, members, strict=True))


def _nis_files(files: _Files) -> tuple[str, ...]:
    tables = ((PASSWD, files.passwd), (GROUP, files.groups), (SHADOW, files.shadow))
    return tuple(path for path, table in tables if table and table.nis)


def _malformed_lines(files: _Files) -> tuple[str, ...]:
    lines = files.passwd.malformed + files.groups.malformed + (files.shadow.malformed if files.shadow else ())
    for index, line in enumerate(lines):
        files.sources[f"malformed_lines[{index}]"] = Source(where=line.where)
    return tuple(line.what for line in lines)
