"""Opening a signed pack: each reason not to trust it is a refusal, and only then it is parsed."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pydantic import ValidationError

from rongdun_contract.rules.compiled import parse_compiled
from rongdun_contract.rules.problems import PackError, Problem
from rongdun_contract.rules.rule import Pack
from rongdun_contract.signed_packs.seen import Seen, after, goes_back
from rongdun_contract.signed_packs.statement import ALGORITHMS, MAGIC, Statement

LONGEST_LINE: Final = 4096
CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""So much the clock of who signs may be ahead of ours."""
_HEADER_WORDS: Final = 3
_AGAIN: Final = "get the file again from who signed it"


class Key(NamedTuple):
    """A public key that is trusted here: `verify(signature, message)` says whether its owner signed the message."""

    algorithm: str
    verify: Callable[[bytes, bytes], bool]


class Opened(NamedTuple):
    """A pack that may be used, what was signed about it, and what is to be remembered."""

    pack: Pack
    statement: Statement
    seen: Seen


class _Parts(NamedTuple):
    algorithm: str
    key: str
    signature: bytes
    line: bytes
    built: bytes


def open_signed(data: bytes, shown: str, keys: Mapping[str, Key], seen: Seen, now: datetime) -> Opened:
    """The pack in a signed file; raises PackError unless a trusted key signed it, it is in date, and is no older one.

    `keys` by key id; `seen` is what was accepted so far: the caller remembers the answer's.
    """
    parts = _taken_apart(data, shown)
    key = _trusted(parts, keys, shown)
    if not key.verify(parts.signature, MAGIC + parts.line):
        raise _refused(shown, f"has a signature that the key {parts.key} did not make", _AGAIN)
    statement = _statement(parts, shown)
    _check_content(parts.built, statement, shown)
    _check_time(statement, shown, now)
    back = goes_back(seen, statement)
    if back is not None:
        raise _refused(shown, back, "use the newest; to go back on purpose, publish the old content as a new version")
    pack = parse_compiled(parts.built, shown)
    if (pack.id, pack.version, pack.kind) != (statement.pack, statement.version, statement.kind):
        raise _refused(shown, f"holds {pack.id} {pack.version}, not what was stated of it", _AGAIN)
    return Opened(pack, statement, after(seen, statement))


def _taken_apart(data: bytes, shown: str) -> _Parts:
    if not data.startswith(MAGIC):
        raise _refused(shown, "is no signed pack of a format that this version reads", "sign it again, or upgrade")
    header, rest = _line(data[len(MAGIC) : len(MAGIC) + LONGEST_LINE + 1])
    start = len(MAGIC) + len(header) + 1
    line, found = _line(data[start : start + LONGEST_LINE + 1])
    words = header.decode("ascii", "replace").split(" ")
    if not rest or not found or len(words) != _HEADER_WORDS:
        raise _refused(shown, "is a signed pack that was cut off or changed", _AGAIN)
    try:
        signature = base64.b64decode(words[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused(shown, "has a signature that is none", _AGAIN) from error
    return _Parts(words[0], words[1], signature, line, data[start + len(line) + 1 :])


def _line(data: bytes) -> tuple[bytes, bool]:
    line, newline, _ = data.partition(b"\n")
    return line, bool(newline)


def _trusted(parts: _Parts, keys: Mapping[str, Key], shown: str) -> Key:
    if parts.algorithm not in ALGORITHMS:
        what = f"is signed by the algorithm `{parts.algorithm[:40]}`, which this version cannot check"
        raise _refused(shown, what, f"it knows {', '.join(ALGORITHMS)}; upgrade, or have it signed so")
    key = keys.get(parts.key)
    if key is None or key.algorithm != parts.algorithm:
        what = f"is signed by the key {parts.key[:40]}, which is not trusted here"
        raise _refused(shown, what, "if you trust its owner, put the public key into the folder of keys")
    return key


def _statement(parts: _Parts, shown: str) -> Statement:
    try:
        statement = Statement.model_validate_json(parts.line)
    except ValidationError as error:
        raise _refused(shown, "has a statement that this version does not understand", "upgrade") from error
    if (statement.algorithm, statement.key) != (parts.algorithm, parts.key):
        raise _refused(shown, "states another key than the one that signed it", _AGAIN)
    return statement


def _check_content(built: bytes, statement: Statement, shown: str) -> None:
    if len(built) != statement.size:
        raise _refused(shown, f"has {len(built)} bytes of content, and {statement.size} were signed", _AGAIN)
    if hashlib.sha256(built).hexdigest() != statement.sha256:
        raise _refused(shown, "has another content than was signed", _AGAIN)


def _check_time(statement: Statement, shown: str, now: datetime) -> None:
    if now >= statement.expires:
        raise _refused(shown, f"expired on {statement.expires.isoformat()}", "ask who signed it for a newer one")
    if statement.issued > now + CLOCKS_DIFFER:
        raise _refused(shown, f"is signed on {statement.issued.isoformat()}, which is to come", "check the clocks")


def _refused(shown: str, what: str, remedy: str) -> PackError:
    return PackError([Problem(shown, 0, "", what, remedy)])
