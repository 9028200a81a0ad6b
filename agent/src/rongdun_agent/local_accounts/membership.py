"""Who belongs to which group, primary groups included, and what names and numbers occur twice."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TypeVar

from rongdun_agent.local_accounts.lines import GroupEntry, PasswdEntry
from rongdun_contract.facts.accounts import Membership

Key = TypeVar("Key", str, int)


def groups_by_account(users: Iterable[PasswdEntry], groups: tuple[GroupEntry, ...]) -> dict[str, tuple[str, ...]]:
    """Names of the groups that each account belongs to, sorted; accounts that only group(5) knows are in it too."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    names = _names(groups)
    for group in groups:
        for member in group.members:
            found[member].add(group.name)
    for user in users:
        if user.gid in names:
            found[user.name].add(names[user.gid])
    return {account: tuple(sorted(of)) for account, of in found.items()}


def members_by_group(users: Iterable[PasswdEntry], groups: tuple[GroupEntry, ...]) -> list[tuple[str, ...]]:
    """The members of each group in the order of the groups: listed ones and those whose primary group it is."""
    primary: defaultdict[int, set[str]] = defaultdict(set)
    for user in users:
        primary[user.gid].add(user.name)
    return [tuple(sorted(primary[group.gid] | set(group.members))) for group in groups]


def memberships(users: tuple[PasswdEntry, ...], groups: tuple[GroupEntry, ...]) -> tuple[Membership, ...]:
    """Each account in each of its groups, sorted; a primary group that has no name goes by its number."""
    names = _names(groups)
    pairs = {(user.name, names.get(user.gid, str(user.gid)), user.gid) for user in users}
    pairs |= {(member, group.name, group.gid) for group in groups for member in group.members}
    return tuple(Membership(user=user, group=group, gid=gid) for user, group, gid in sorted(pairs))


def repeated(keys: Iterable[Key]) -> tuple[Key, ...]:
    """What occurs more than once, sorted."""
    return tuple(sorted(key for key, count in Counter(keys).items() if count > 1))


def _names(groups: Iterable[GroupEntry]) -> dict[int, str]:
    """The name of each number; the first line wins."""
    names: dict[int, str] = {}
    for group in groups:
        names.setdefault(group.gid, group.name)
    return names
