"""sshd(8)'s authorized_keys format: who may come in with which key, told by fingerprints."""

import base64
import binascii
import hashlib
import struct
from typing import NamedTuple

from rongdun_contract.facts.accounts import AuthorizedKey

RESTRICTING = frozenset(("command", "from", "restrict"))
"""Options that leave less than a free session from anywhere."""
_CURVE_BITS = {"nistp256": 256, "nistp384": 384, "nistp521": 521}


class KeyLine(NamedTuple):
    """A key and where it stands."""

    key: AuthorizedKey
    where: str


def parse_authorized_keys(path: str, lines: tuple[str, ...]) -> tuple[KeyLine, ...]:
    """Parse the lines that sshd would accept; others grant nothing and are left out."""
    found = []
    for number, line in enumerate(lines, 1):
        text = line.strip(" \t\r")
        key = _key(path, text) if text and not text.startswith("#") else None
        if key:
            found.append(KeyLine(key, f"{path}:{number}"))
    return tuple(found)


def _key(path: str, text: str) -> AuthorizedKey | None:
    """Read `type blob comment`, or options before that."""
    bare = _public_key(text)
    options: tuple[str, ...] = ()
    if bare is None:
        end = _end_of_options(text)
        options = _option_names(text[:end])
        bare = _public_key(text[end:].lstrip(" \t"))
    if bare is None:
        return None
    algorithm, blob, comment = bare
    return AuthorizedKey(
        algorithm=algorithm,
        bits=_bits(algorithm, blob),
        fingerprint=_fingerprint(blob),
        comment=comment or None,
        options=options,
        file=path,
    )


def _public_key(text: str) -> tuple[str, bytes, str] | None:
    """Type, blob and comment when the text starts with a key whose blob says the same type."""
    words = text.split(None, 2)
    if len(words) < 2:  # noqa: PLR2004 - type and blob
        return None
    try:
        blob = base64.b64decode(words[1] + "=" * (-len(words[1]) % 4), validate=True)
        named = _strings(blob)[0].decode("ascii", "replace")
    except (binascii.Error, struct.error, IndexError, ValueError):
        return None
    if named != words[0] or "-cert-v" in named:
        return None
    return named, blob, words[2].strip() if len(words) > 2 else ""  # noqa: PLR2004 - the comment may lack


def _fingerprint(blob: bytes) -> str:
    """As `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _bits(algorithm: str, blob: bytes) -> int | None:
    """The size of the key, where the format tells it."""
    if "ed25519" in algorithm:
        return 256
    fields = _strings(blob)
    if algorithm == "ssh-rsa":
        return int.from_bytes(fields[2], "big").bit_length() if len(fields) > 2 else None  # noqa: PLR2004 - e, then n
    if algorithm == "ssh-dss":
        return int.from_bytes(fields[1], "big").bit_length() if len(fields) > 1 else None
    return _CURVE_BITS.get(fields[1].decode("ascii", "replace")) if "ecdsa" in algorithm and len(fields) > 1 else None


def _strings(blob: bytes) -> list[bytes]:
    """The length-prefixed strings of RFC 4251 that a blob is made of."""
    fields, at = [], 0
    while at < len(blob):
        (length,) = struct.unpack_from(">I", blob, at)
        if at + 4 + length > len(blob):
            raise ValueError(at)
        fields.append(blob[at + 4 : at + 4 + length])
        at += 4 + length
    return fields


def _end_of_options(text: str) -> int:
    """Where the first blank outside quotes is; a backslash keeps a quote from closing."""
    quoted, at = False, 0
    while at < len(text) and (quoted or text[at] not in " \t"):
        if text.startswith('\\"', at):
            at += 2
            continue
        quoted ^= text[at] == '"'
        at += 1
    return at


def _option_names(text: str) -> tuple[str, ...]:
    """Names of comma-separated options, without values, in lower case."""
    names, start, quoted, at = [], 0, False, 0
    while at <= len(text):
        if text.startswith('\\"', at):
            at += 2
            continue
        if at == len(text) or (text[at] == "," and not quoted):
            names.append(text[start:at].partition("=")[0].strip().lower())
            start = at + 1
        elif text[at] == '"':
            quoted = not quoted
        at += 1
    return tuple(name for name in names if name)
