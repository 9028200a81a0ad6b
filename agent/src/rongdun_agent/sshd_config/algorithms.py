"""Lists of algorithms: which names are accepted, and what `+`, `-` and `^` make of the defaults."""

from rongdun_agent.sshd_config.algorithm_lists import DEBIAN, Algorithms, Lists
from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.line import Handler, Line
from rongdun_agent.sshd_config.options import UNDECIDED, ConfigError
from rongdun_agent.sshd_config.patterns import list_verdict

_SHORT_NAMES = frozenset(("rsa", "dsa", "ecdsa", "ed25519", "ecdsa-sk", "ed25519-sk"))
_SIGNS = ("+", "-", "^")
_SECOND_NAME = "sntrup761x25519-sha512"
_SECOND_NAME_SINCE = 4
"""Debian's update of 9.2 that added the name (its changelog, deb12u4)."""
LISTS_OF = {
    "ciphers": "ciphers",
    "macs": "macs",
    "kex_algorithms": "kex_algorithms",
    "host_key_algorithms": "keys",
    "pubkey_accepted_algorithms": "keys",
    "hostbased_accepted_algorithms": "keys",
    "ca_signature_algorithms": "signatures",
}
"""Settings and the kind of list they hold."""


def algorithms_of(build: Build) -> Algorithms | None:
    """The lists of this build, None where it was not measured."""
    if not build.debian or build.number is None:
        return None
    lists = DEBIAN.get(build.number[:2])
    if lists is not None and build.number[:2] == (9, 2) and build.debian_update < _SECOND_NAME_SINCE:
        return {**lists, "kex_algorithms": Lists(*map(_without_second_name, lists["kex_algorithms"]))}
    return lists


def _without_second_name(names: str) -> str:
    return ",".join(name for name in names.split(",") if name != _SECOND_NAME)


def algorithm_list(kind: str) -> Handler:
    """A list with or without a sign in front; names are checked, except after `-`."""

    def handle(line: Line) -> None:
        word = line.word()
        lists = (algorithms_of(line.build) or {}).get(kind)
        names = word[1:] if word.startswith(("+", "^")) else word
        if lists is not None and not word.startswith("-") and not _accepted(names, kind, lists, line.build):
            line.fail(f'unknown algorithms in "{word}"')
        line.first(word)

    return handle


def gss_list(line: Line) -> None:
    """Key exchanges of GSSAPI: a plain list."""
    word = line.word()
    lists = (algorithms_of(line.build) or {}).get("gssapi_kex_algorithms")
    if lists is not None and not _accepted(word, "gssapi_kex_algorithms", lists, line.build):
        line.fail(f'unknown algorithms in "{word}"')
    line.first(word)


def _accepted(names: str, kind: str, lists: Lists, build: Build) -> bool:
    if not names:
        return False
    known = lists.supported.split(",")
    for name in names.split(","):
        if not name:
            # what follows an empty name is not looked at
            return True
        if name not in known and not (kind in ("keys", "signatures") and _is_key_name(name, known, kind, build)):
            return False
    return True


def _is_key_name(name: str, known: list[str], kind: str, build: Build) -> bool:
    if build.before(9, 9) and name.lower() in _SHORT_NAMES:
        return True
    if kind == "signatures" and build.before(9, 9) and "-cert-v01@" in name:
        return True
    return any(list_verdict(candidate, name) for candidate in known)


def assembled(setting: str, written: str | None, build: Build) -> object:
    """The list that results; undecided where it depends on defaults that are not known."""
    lists = (algorithms_of(build) or {}).get(LISTS_OF[setting])
    if lists is None:
        return _without_tables(written)
    if not written:
        return lists.default
    if written.startswith("-"):
        return ",".join(name for name in lists.default.split(",") if list_verdict(name, written[1:]) != 1)
    if written.startswith("+"):
        written = _joined(lists.default, written[1:])
    elif written.startswith("^"):
        written = _joined(written[1:], lists.default)
    result = _expanded(setting, written, lists.supported)
    if not result:
        raise ConfigError(setting, "no algorithm is left")
    return result


def _without_tables(written: str | None) -> object:
    if not written or written.startswith(_SIGNS) or any(char in written for char in "*?!"):
        return UNDECIDED
    return ",".join(dict.fromkeys(name for name in written.split(",") if name))


def _expanded(setting: str, patterns: str, supported: str) -> str:
    result = ""
    for pattern in patterns.split(","):
        if pattern.startswith("!"):
            raise ConfigError(setting, "negated names are not supported here")
        matching = [name for name in supported.split(",") if list_verdict(name, pattern) == 1]
        result = _joined(result, ",".join(matching))
    return result


def _joined(front: str, behind: str) -> str:
    """Both, without what the front has already; reading ends at an empty name."""
    if not front or not behind:
        return front or behind
    names = front.split(",")
    for name in behind.split(","):
        if not name:
            break
        if name not in names:
            names.append(name)
    return ",".join(names)
