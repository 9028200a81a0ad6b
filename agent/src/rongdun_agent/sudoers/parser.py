"""One sudoers file to its entries; a line that is none is told and skipped."""

import re
from typing import Literal

from rongdun_agent.sudoers.commands import command_list, command_specs
from rongdun_agent.sudoers.entries import Alias, AliasKind, Default, Entry, Include, Members, Privilege
from rongdun_agent.sudoers.lists import host_list, user_list
from rongdun_agent.sudoers.scanner import Scanner, SudoersSyntaxError

_INCLUDE = re.compile(r"@include(dir)?(?=[ \t\"])")
_OLD_INCLUDE = re.compile(r"#include(dir)?(?=[ \t])")
_INCLUDE_PATH = re.compile(r"(?:[^\s\\\"]|\\[ \t])(?:[^\s\\]|\\[ \t]|\\(?![ \t\r\n]))*")
_DEFAULTS = re.compile(r"Defaults(?=[:@>!\s\\]|$)")
_SCOPE = re.compile(r"[:@>!]")
_ALIAS = re.compile(r"(Host|Cmnd|Cmd|User|Runas)_Alias(?=[ \t\\])")
_ALIAS_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_EXCLAMATION = re.compile(r"!+")
_PARAMETER = re.compile(r"[a-z_]+")
_OPERATOR = re.compile(r"[+-]?=")
_VALUE = re.compile(r"(?:[^#!=, \t\r\n\\\"]|\\[^\r\n])(?:[^#=, \t\r\n\\\"]|\\[^\r\n])*")
_KINDS: dict[str, AliasKind] = {"Host": "Host", "Cmnd": "Cmnd", "Cmd": "Cmnd", "User": "User", "Runas": "Runas"}


def parse(path: str, text: str) -> tuple[list[Entry], list[str]]:
    """Entries in the order of the file, and `path:line` of lines that are no entries."""
    scanner = Scanner(text)
    entries: list[Entry] = []
    broken: list[str] = []
    while not scanner.done():
        where = f"{path}:{scanner.line}"
        try:
            entries += _entry(scanner, where)
            scanner.end_line()
        except SudoersSyntaxError:
            broken.append(where)
            scanner.skip_line()
    return entries, broken


def _entry(scanner: Scanner, where: str) -> list[Entry]:
    include = scanner.take(_OLD_INCLUDE) if scanner.at_start_of_line else None
    if include is None:
        if scanner.at_end_of_line():
            return []
        include = scanner.take(_INCLUDE)
    if include:
        return [Include(_include_path(scanner), include[1] is not None, where)]
    if scanner.take(_DEFAULTS):
        return list(_defaults(scanner, where))
    if kind := scanner.take(_ALIAS):
        return list(_aliases(scanner, _KINDS[kind[1]], where))
    return list(_privileges(scanner, where))


def _include_path(scanner: Scanner) -> str:
    scanner.blanks()
    if scanner.looking_at('"'):
        return scanner.word()
    found = scanner.take(_INCLUDE_PATH)
    if found is None:
        raise SudoersSyntaxError
    return re.sub(r"\\([ \t])", r"\1", found[0])


def _defaults(scanner: Scanner, where: str) -> list[Default]:
    scope = ""
    members: Members = ()
    found = scanner.take(_SCOPE)
    if found:
        scope, members = found[0], _scope_members(scanner, found[0])
    parameters = [_parameter(scanner, scope, members, where)]
    while scanner.accept(","):
        parameters.append(_parameter(scanner, scope, members, where))
    return parameters


def _scope_members(scanner: Scanner, scope: str) -> Members:
    if scope == "!":
        return command_list(scanner, arguments=False)
    return host_list(scanner) if scope == "@" else user_list(scanner)


def _parameter(scanner: Scanner, scope: str, members: Members, where: str) -> Default:
    scanner.blanks()
    exclamation = scanner.take(_EXCLAMATION)
    scanner.blanks()
    name = scanner.take(_PARAMETER)
    if name is None:
        raise SudoersSyntaxError
    if exclamation and len(exclamation[0]) % 2:
        return Default(name[0], "!", "", scope, members, where)
    scanner.blanks()
    operator = scanner.take(_OPERATOR)
    if operator is None:
        return Default(name[0], "", "", scope, members, where)
    words: dict[str, Literal["=", "+=", "-="]] = {"=": "=", "+=": "+=", "-=": "-="}
    return Default(name[0], words[operator[0]], _value(scanner), scope, members, where)


def _value(scanner: Scanner) -> str:
    scanner.blanks()
    if scanner.looking_at('"'):
        return scanner.word()
    found = scanner.take(_VALUE)
    if found is None:
        raise SudoersSyntaxError
    return re.sub(r"\\(.)", r"\1", found[0])


def _aliases(scanner: Scanner, kind: AliasKind, where: str) -> list[Alias]:
    found = []
    while True:
        scanner.blanks()
        name = scanner.take(_ALIAS_NAME)
        if name is None or name[0] == "ALL":
            raise SudoersSyntaxError
        scanner.expect("=")
        lists = {"Host": host_list, "Cmnd": command_list}
        found.append(Alias(kind, name[0], lists.get(kind, user_list)(scanner), where))
        if not scanner.accept(":"):
            return found


def _privileges(scanner: Scanner, where: str) -> list[Privilege]:
    users = user_list(scanner)
    found = []
    while True:
        hosts = host_list(scanner)
        scanner.expect("=")
        found.append(Privilege(users, hosts, command_specs(scanner), where))
        if not scanner.accept(":"):
            return found
