"""Lists of users, groups and hosts."""

import re

from rongdun_agent.sudoers.entries import Member, Members
from rongdun_agent.sudoers.scanner import Scanner, SudoersSyntaxError

_EXCLAMATION = re.compile(r"!+")
_ALIAS = re.compile(r"[A-Z][A-Z0-9_]*")
_GROUP = re.compile(r"%:?|\+")
_EMPTY = frozenset(("%", "%:", "+"))


def user_list(scanner: Scanner) -> Members:
    """Users, `%groups`, `#numbers`, `+netgroups`, aliases and `ALL`, each perhaps negated."""
    members = [_user(scanner)]
    while scanner.accept(","):
        members.append(_user(scanner))
    return tuple(members)


def host_list(scanner: Scanner) -> Members:
    """Host names, addresses, networks, `+netgroups`, aliases and `ALL`."""
    members = [_host(scanner)]
    while scanner.accept(","):
        members.append(_host(scanner))
    return tuple(members)


def _user(scanner: Scanner) -> Member:
    negated = _negated(scanner)
    prefix = scanner.take(_GROUP)
    if prefix and (scanner.looking_at(" ") or scanner.looking_at("\t")):
        raise SudoersSyntaxError
    quoted = scanner.looking_at('"')
    name = (prefix[0] if prefix else "") + scanner.word()
    if name in _EMPTY:
        raise SudoersSyntaxError
    return _member(name, negated=negated, quoted=quoted)


def _host(scanner: Scanner) -> Member:
    negated = _negated(scanner)
    address = scanner.address()
    return Member(address, negated) if address else _member(scanner.word(), negated=negated, quoted=False)


def _negated(scanner: Scanner) -> bool:
    scanner.blanks()
    found = scanner.take(_EXCLAMATION)
    scanner.blanks()
    return found is not None and len(found[0]) % 2 == 1


def _member(name: str, *, negated: bool, quoted: bool) -> Member:
    alias = not quoted and name != "ALL" and _ALIAS.fullmatch(name) is not None
    return Member(name, negated, alias)
