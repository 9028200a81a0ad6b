"""sudo's own programs decide: visudo whether a policy is valid, cvtsudoers what it says."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import sudo
from rongdun_contract.facts.sudo import Sudo
from tests.lab.covered import lay_out, run_covered
from tests.lab.roots import Root, Suite

TOOLS = ("sudo", "libpam-pwquality", "cracklib-runtime", "pamtester")
SCRIPT = """
chown -R 0:0 /etc/sudoers /etc/sudoers.d 2>/dev/null; chmod 440 /etc/sudoers
if visudo -c -f /etc/sudoers >/dev/null 2>&1; then echo valid; else echo broken; fi
cvtsudoers -e -f json /etc/sudoers 2>/dev/null
"""
SUITES: tuple[Suite, ...] = ("bookworm", "trixie")
ROOT = "root ALL=(ALL:ALL) ALL\n"

CASES: Mapping[str, str | Mapping[str, str]] = {
    "as it is usual": "Defaults env_reset\n" + ROOT + "%wheel ALL=(ALL) ALL\n",
    "no password for everything": "%sudo ALL=(ALL:ALL) NOPASSWD: ALL\n",
    "tags are inherited along a list": "alice ALL = NOPASSWD: /bin/ls, /bin/cat, PASSWD: /bin/kill, /bin/rm -rf /x\n",
    "run-as is inherited along a list": "alice ALL = (bob) /bin/ls, (carol : adm) /bin/cat, /bin/id\n",
    "forms of run-as": "a ALL=() /bin/a\nb ALL=(:adm) /bin/b\nc ALL=(:) /bin/c\nd ALL=(x,!y:g,h) /bin/d\n"
    "e ALL=(#0) /bin/e\n",
    "forms of users": '#1000,%#27,+netg,%:nonunix,%adm ALL=ALL\nuser\\ name,"quoted name","%group name" ALL=ALL\n',
    "negated users": "ALL,!bob,!%guests ALL=/bin/ls\n!eve, mallory ALL=/bin/id\n!!oscar ALL=/bin/w\n",
    "aliases of every kind": "User_Alias ADM = alice, bob : OPS = %ops, !carol\nRunas_Alias DB = postgres, mysql\n"
    "Host_Alias WEB = web1, 10.0.0.0/8, fe80::1\nCmnd_Alias STOP = /sbin/halt, /sbin/reboot -f\n"
    "ADM, OPS WEB = (DB) NOPASSWD: STOP, !/bin/sh\n",
    "aliases within aliases, defined later": "A ALL = C\nUser_Alias A = B, x\nUser_Alias B = y, z\n"
    "Cmnd_Alias C = /bin/a, D, !/bin/b\n"
    "Cmd_Alias D = /bin/d\n",
    "negated aliases": "User_Alias A = x, !y\nCmnd_Alias C = /bin/a, !/bin/b\nALL, !A ALL = ALL, !C\n",
    "several hosts in one specification": "alice web1 = /bin/a : web2, !web3 = NOPASSWD: /bin/b\n",
    "arguments": 'alice ALL = /bin/a -x  --long foo\\=bar, /bin/b "", /bin/c a\\,b\\:c\\\\d, /bin/d *.txt [a-z] ?\n',
    "a directory": "alice ALL = /usr/local/bin/, !/usr/local/bin/x\n",
    "sudoedit": "alice ALL = sudoedit /etc/hosts /etc/motd, NOPASSWD: sudoedit /etc/issue\n",
    "digests": "alice ALL = sha224:" + "0" * 56 + " /bin/a, sha256:" + "a" * 64 + ", sha512:" + "b" * 128 + " /bin/b\n",
    "options": "alice ALL = (root) CWD=/tmp TIMEOUT=5m NOTBEFORE=20300101000000Z NOEXEC: SETENV: NOPASSWD: /a, /b\n",
    "continued lines": "alice \\\n  ALL = \\\n (root) NOPASSWD: \\\n/bin/a, \\\n  /bin/b x \\\n y\nbob ALL=ALL\n",
    "comments": "# one\nalice ALL = /bin/a # two\n  # three \\\nbob ALL=/bin/b#four\n#1001 ALL=/bin/c\n",
    "blanks everywhere": "\talice\t,bob  ALL =( root , x : y )NOPASSWD : /bin/a , ! /bin/b\n",
    "CRLF": "alice ALL=(ALL) ALL\r\n# x\r\n\r\nDefaults !lecture, passwd_tries=2\r\nUser_Alias A = x\r\n"
    "A ALL=/bin/\r\n",
    "no newline at the end": "alice ALL=ALL",
    "an empty file": "",
    "defaults of all forms": "Defaults env_reset, !lecture, timestamp_timeout=5\n"
    'Defaults secure_path="/a:/b c", mailto = "x@y"\n'
    "Defaults   insults,passwd_tries=2 # note\nDefaults\tbadpass_message=No\\ way\n",
    "lists of defaults": 'Defaults env_keep = "A B"\nDefaults env_keep += "C A"\nDefaults env_keep -= B\n'
    "Defaults env_check+=X\n",
    "a later line wins": "Defaults timestamp_timeout=15\nDefaults !timestamp_timeout\n"
    "Defaults timestamp_timeout=2.5\nDefaults use_pty\n"
    "Defaults !use_pty\n",
    "scoped defaults": "User_Alias A = x, y\nDefaults:A,!z !authenticate\n"
    "Defaults:%wheel timestamp_timeout=-1, use_pty\n"
    "Defaults@host1, host2 log_year\nDefaults!/bin/ls,/bin/cat noexec\nDefaults>root,#1 !set_logname\n",
    "includes": {
        "/etc/sudoers": "alice ALL=/bin/a\n@include sudoers.local\n#include /etc/other\n"
        "@includedir /etc/sudoers.d\nbob ALL=/bin/z\n",
        "/etc/sudoers.local": "User_Alias U = x\n",
        "/etc/other": "U ALL=/bin/o\n",
        "/etc/sudoers.d/20-b": "b ALL=/bin/b\n",
        "/etc/sudoers.d/10-a": "a ALL=/bin/a\n",
        "/etc/sudoers.d/30.conf": "never ALL=ALL\n",
        "/etc/sudoers.d/40~": "never ALL=ALL\n",
    },
    "includes with quotes and blanks": {
        "/etc/sudoers": '@include "/etc/sudo x"\n#includedir /etc/no/such\n@include /etc/sudo\\ y\n',
        "/etc/sudo x": "x ALL=/bin/x\n",
        "/etc/sudo y": "y ALL=/bin/y\n",
    },
    "a regular expression": "alice ALL = ^/usr/bin/(ls|cat)$ ^-[a-z]+$, /bin/x ^[0-9]+$\n",
    "words that look like others": "Defaultsx ALL=/bin/a\nADMINS ALL=/bin/b\nTIMEOUTx ALL=/bin/c\nALLx ALL=/bin/d\n",
    "aliases in a circle": "User_Alias A = B, x\nUser_Alias B = A, y\nA ALL=/bin/a\n",
    "signs in arguments": "alice ALL = /bin/a --x=y z= =w, /bin/b\n",
    "undefined aliases": "NOBODY ALL = /bin/a\nalice ALL = NOTHING, /bin/b\n",
}
GARBLED = {("trixie", "aliases in a circle")} | {
    ("bookworm", case) for case in ("options", "words that look like others", "undefined aliases")
}
"""There cvtsudoers prints broken JSON, or repeats itself."""
BROKEN: Mapping[str, str | Mapping[str, str]] = {
    "no commands": ROOT + "alice ALL\nbob ALL=/bin/b\n",
    "no hosts": ROOT + "alice = ALL\n",
    "a relative path": ROOT + "alice ALL = ls\n",
    "an open parenthesis": ROOT + "alice ALL = (root /bin/ls\n",
    "an empty group": ROOT + "% ALL=ALL\n",
    "a tag that is none": ROOT + "alice ALL = NOPASS: ALL\n",
    "an open quote": ROOT + 'Defaults secure_path="/a\nalice ALL=ALL\n',
    "an argument that is a sign": ROOT + "alice ALL = /bin/a = y\n",
    "CRLF behind a command": ROOT + "alice ALL = /bin/a x\r\n",
    "a trailing comma": ROOT + "alice ALL = /bin/a,\n",
    "an alias in lower case": ROOT + "User_Alias admins = alice\n",
    "an alias twice": ROOT + "User_Alias A = x\nUser_Alias A = y\nA ALL=ALL\n",
    "an include that is missing": {"/etc/sudoers": ROOT + "@include /etc/nowhere\n"},
    "an error in an included file": {
        "/etc/sudoers": ROOT + "@includedir /etc/sudoers.d\n",
        "/etc/sudoers.d/x": "oops\n",
    },
    "nothing behind Defaults": ROOT + "Defaults\n",
    "a digest for everything": ROOT + "alice ALL = sha224:abc /bin/a\n",
}


def _files(case: str | Mapping[str, str]) -> Mapping[str, str]:
    return {"/etc/sudoers": case} if isinstance(case, str) else case


def _member(member: Mapping[str, Any]) -> str:
    """A member of cvtsudoers' lists, as sudoers writes it."""
    prefixes = {"usergroup": "%", "usergid": "%#", "userid": "#", "groupid": "#", "nonunixgroup": "%:", "netgroup": "+"}
    ((kind, value),) = (
        (key, found) for key, found in member.items() if key not in ("negated", "sha224", "sha256", "sha512")
    )
    text = f"{prefixes.get(kind, '')}{value}"
    return f"!{text}" if member.get("negated") else text


def _theirs(policy: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    for spec in policy.get("User_Specs", []):
        users = [(_member(user).lstrip("!"), bool(user.get("negated"))) for user in spec["User_List"]]
        hosts = tuple(_member(host) for host in spec["Host_List"])
        for at, (who, negated) in enumerate(users):
            without = tuple(name for name, out in users[at + 1 :] if out)
            for cmnd in [] if negated else spec["Cmnd_Specs"]:
                options = {key: value for option in cmnd.get("Options", []) for key, value in option.items()}
                yield from (
                    (who, without, hosts, *_their_run_as(cmnd), _command(command), options.get("authenticate"))
                    for command in cmnd["Commands"]
                )


def _their_run_as(cmnd: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    users = tuple(_member(user) for user in cmnd.get("runasusers", []) if user.get("username") != "")
    groups = tuple(_member(group).replace("%", "") for group in cmnd.get("runasgroups", []))
    none = "runasusers" not in cmnd and "runasgroups" not in cmnd
    return ("root",) if none else users, groups


def _command(command: Mapping[str, Any]) -> str:
    return _member({key: value for key, value in command.items() if key in ("command", "negated")})


def _their_defaults(policy: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in policy.get("Defaults", []):
        for option in [] if entry.get("Binding") else entry["Options"]:
            operation = option.get("operation")
            for name, value in option.items():
                if name != "operation":
                    found[name] = _their_value(value, operation, found.get(name, ""))
    return found


def _their_value(value: object, operation: str | None, before: str) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, list):
        return str(value)
    kept = before.split()
    if operation == "list_add":
        return " ".join(kept + [word for word in value if word not in kept])
    return " ".join(word for word in kept if word not in value) if operation == "list_remove" else " ".join(value)


def _ours(facts: Sudo) -> Iterator[tuple[object, ...]]:
    assert isinstance(facts.grants, tuple)
    for grant in facts.grants:
        yield (
            grant.who,
            grant.except_who,
            grant.hosts,
            grant.run_as_users,
            grant.run_as_groups,
            grant.command,
            grant.password_required,
        )


@pytest.fixture(scope="session")
def sudo_root(debian_root: Callable[..., Root]) -> Callable[[Suite], Root]:
    return lambda suite: debian_root(suite, *TOOLS)


def _ask(root: Root, base: Path, files: Mapping[str, str]) -> tuple[bool, Mapping[str, Any], Sudo]:
    tree = lay_out(base / "tree", files)
    verdict, _, policy = run_covered(root, tree, SCRIPT + "true\n").partition("\n")
    facts = sudo.probe(Host(root=tree)).facts
    assert isinstance(facts, Sudo)
    return verdict == "valid", json.loads(policy) if policy.strip() else {}, facts


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.parametrize(
    ("suite", "case"), [(suite, case) for case in CASES for suite in SUITES if (suite, case) not in GARBLED]
)
def test_policies_agree_with_cvtsudoers(
    sudo_root: Callable[[Suite], Root], tmp_path: Path, case: str, suite: Suite
) -> None:
    """Who may do what is the policy; a reader that loses a tag or an alias reports a wrong one."""
    valid, policy, facts = _ask(sudo_root(suite), tmp_path, _files(CASES[case]))
    assert (facts.valid, valid) == (True, True)
    theirs = list(_theirs(policy))
    ours = [
        (*grant[:-1], grant[-1] if expected[-1] is not None else None)
        for grant, expected in zip(_ours(facts), theirs, strict=True)
    ]
    assert ours == theirs
    assert facts.defaults == _their_defaults(policy)


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("case", BROKEN)
def test_broken_policies_are_broken_for_visudo_too(
    sudo_root: Callable[[Suite], Root], tmp_path: Path, case: str, suite: Suite
) -> None:
    """Then sudo refuses to work, or skips the line: both are worth a finding, and what is left still counts."""
    valid, _, facts = _ask(sudo_root(suite), tmp_path, _files(BROKEN[case]))
    assert (facts.valid, valid) == (False, False)
    assert ("root", (), ("ALL",), ("ALL",), ("ALL",), "ALL", True) in list(_ours(facts))
