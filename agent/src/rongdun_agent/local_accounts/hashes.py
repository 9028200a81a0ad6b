"""What the second field of shadow(5) says: may a password let somebody in, and how is it stored; never the hash."""

import re
from typing import NamedTuple

from rongdun_contract.facts.accounts import PasswordState

ALGORITHMS = {
    "$y$": "yescrypt",
    "$gy$": "gost-yescrypt",
    "$7$": "scrypt",
    "$6$": "sha512",
    "$5$": "sha256",
    "$sm3$": "sm3",
    "$2a$": "bcrypt",
    "$2b$": "bcrypt",
    "$2x$": "bcrypt",
    "$2y$": "bcrypt",
    "$1$": "md5",
    "$md5": "sunmd5",
    "$sha1": "sha1",
    "$3$": "nthash",
}
_TRADITIONAL = re.compile(r"[./0-9A-Za-z]{13}(?:[./0-9A-Za-z]{11})*")
_EXTENDED = re.compile(r"_[./0-9A-Za-z]{19}")


class Verdict(NamedTuple):
    """The state of a password, and the algorithm of its hash where there is one."""

    state: PasswordState
    algorithm: str | None = None


def classify(field: str) -> Verdict:
    """Judge a password field: empty, a hash, a hash behind `!`, or what no password fits (`*`, `!!`, `*LK*`)."""
    if not field:
        return Verdict("empty")
    algorithm = _algorithm(field)
    if algorithm:
        return Verdict("usable", algorithm)
    behind = _algorithm(field.lstrip("!")) if field.startswith("!") else None
    return Verdict("locked", behind) if behind else Verdict("disabled")


def _algorithm(text: str) -> str | None:
    """The name of a hash's algorithm, `other` for a scheme that we do not know, nothing for what is no hash."""
    for prefix, name in ALGORITHMS.items():
        if text.startswith(prefix) and len(text) > len(prefix):
            return name
    if _TRADITIONAL.fullmatch(text) or _EXTENDED.fullmatch(text):
        return "des"
    return "other" if re.match(r"\$[A-Za-z0-9-]+\$.|\{[A-Za-z0-9.-]+\}.", text) else None
