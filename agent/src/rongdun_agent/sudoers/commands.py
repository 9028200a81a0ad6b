"""The commands of a sudoers privilege: run-as, options, tags, digests, paths with arguments; what a list inherits."""

import re

from rongdun_agent.sudoers.entries import CommandSpec, Member, Members, RunAs
from rongdun_agent.sudoers.lists import user_list
from rongdun_agent.sudoers.scanner import Scanner, SudoersSyntaxError

_TAG = re.compile(
    r"(?:NO)?(PASSWD|EXEC|INTERCEPT|SETENV|LOG_OUTPUT|LOG_INPUT|MAIL|FOLLOW)[ \t]*:",
)
_OPTION = re.compile(
    r"(?:ROLE|TYPE|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER|APPARMOR_PROFILE|PRIVS|LIMITPRIVS)(?=[ \t]*=)"
)
_PATH_VALUE = re.compile(r"(?:\\[,:= \t#]|[^,:=\\ \t\r\n#\"])+")
_DIGEST = re.compile(r"sha(224|256|384|512)(?=[ \t]*:)")
_DIGEST_VALUE = re.compile(r"[A-Za-z0-9+/=]+")
_EXCLAMATION = re.compile(r"!+")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*(?![^#>!=:,() \t\r\n\\\"])")
_PATH = re.compile(r"/(?:\\[,:= \t#]|[^,:=\\ \t\r\n#])+")
_REGULAR = re.compile(r"\^(?:[^#\r\n$]|\\[#$])*\$")
_BUILT_IN = re.compile(r"(?:sudoedit|list)(?![^#>!=:,() \t\r\n\\\"])")
_ARGUMENT = re.compile(r"(?!=(?:[#\\:, \t\r\n]|$))(?:\\[*?\[\]!^:\\,= \t#]|[^#\\:, \t\r\n])+")
_CARRIAGE_RETURN = re.compile(r"\r\n")
_STRIPPED = re.compile(r"\\([:\\,= \t#])")


def command_specs(scanner: Scanner) -> tuple[CommandSpec, ...]:
    """The commands of a privilege; run-as and tags hold until the list says otherwise."""
    specs: list[CommandSpec] = []
    while True:
        spec = _spec(scanner)
        if specs:
            before = specs[-1]
            spec = spec._replace(
                run_as=before.run_as if spec.run_as is None else spec.run_as,
                password_required=before.password_required
                if spec.password_required is None
                else spec.password_required,
            )
        specs.append(spec)
        if not scanner.accept(","):
            return tuple(specs)


def command_list(scanner: Scanner, *, arguments: bool = True) -> Members:
    """The members of a Cmnd_Alias; without arguments, the scope of a Defaults line."""
    members = [_command(scanner, arguments=arguments)]
    while scanner.accept(","):
        members.append(_command(scanner, arguments=arguments))
    return tuple(members)


def _spec(scanner: Scanner) -> CommandSpec:
    run_as = _run_as(scanner) if scanner.accept("(") else None
    password_required: bool | None = None
    scanner.blanks()
    while (option := scanner.take(_OPTION)) is not None:
        scanner.expect("=")
        _option_value(scanner, option[0])
        scanner.blanks()
    while (tag := scanner.take(_TAG)) is not None:
        if tag[1] == "PASSWD":
            password_required = not tag[0].startswith("NO")
        scanner.blanks()
    return CommandSpec(_command(scanner), run_as, password_required)


def _option_value(scanner: Scanner, name: str) -> None:
    scanner.blanks()
    if name in ("CWD", "CHROOT") and scanner.take(_PATH_VALUE):
        return
    scanner.word()


def _run_as(scanner: Scanner) -> RunAs:
    """The inside of `( users : groups )`, each of them optional."""
    users: Members = ()
    groups: Members = ()
    if not scanner.accept(":"):
        if scanner.accept(")"):
            return RunAs((), (), myself=True)
        users = user_list(scanner)
        if not scanner.accept(":"):
            scanner.expect(")")
            return RunAs(users, ())
    if not scanner.accept(")"):
        groups = user_list(scanner)
        scanner.expect(")")
    return RunAs(users, groups, myself=not users)


def _command(scanner: Scanner, *, arguments: bool = True) -> Member:
    """One command, with a digest or several before it; digests are checked for their form and dropped."""
    scanner.blanks()
    while (kind := scanner.take(_DIGEST)) is not None:
        scanner.expect(":")
        scanner.blanks()
        value = scanner.take(_DIGEST_VALUE)
        if value is None or len(value[0]) not in _digest_lengths(int(kind[1]) // 8):
            raise SudoersSyntaxError
        scanner.accept(",")
        scanner.blanks()
    found = scanner.take(_EXCLAMATION)
    negated = found is not None and len(found[0]) % 2 == 1
    scanner.blanks()
    if name := scanner.take(_NAME):
        return Member(name[0], negated, alias=name[0] != "ALL")
    for pattern in (_PATH, _BUILT_IN, _REGULAR):
        if program := scanner.take(pattern):
            text = _STRIPPED.sub(r"\1", program[0])
            whole = _with_arguments(scanner, text) if arguments and text[-1] != "/" else text
            if arguments and text[-1] != "/" and scanner.take(_CARRIAGE_RETURN):
                raise SudoersSyntaxError  # sudo, too, trips over it behind a command, and only there
            return Member(whole, negated)
    raise SudoersSyntaxError


def _digest_lengths(size: int) -> tuple[int, int, int]:
    """The characters of a digest of so many bytes: hexadecimal, base64, base64 without padding."""
    return size * 2, -(-size // 3) * 4, (size * 4 + 2) // 3


def _with_arguments(scanner: Scanner, program: str) -> str:
    """The program and its arguments, one blank between them."""
    words = [program]
    scanner.blanks()
    if regular := scanner.take(_REGULAR):
        return f"{program} {regular[0]}"
    while argument := scanner.take(_ARGUMENT):
        words.append(_STRIPPED.sub(r"\1", argument[0]))
        scanner.blanks()
    return " ".join(words)
