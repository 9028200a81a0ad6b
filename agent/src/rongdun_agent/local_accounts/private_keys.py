"""SSH private keys that lie in an account's home: whether the file alone is enough, never anything of the key."""

import base64
import binascii
import struct
from collections.abc import Iterator

from rongdun_agent.host import Host, Refused, TooLarge
from rongdun_agent.local_accounts.lines import PasswdEntry
from rongdun_contract.facts.accounts import PrivateKey
from rongdun_contract.facts.model import Maybe, Unknown

_LARGEST = 64 * 1024
_MOST_FILES = 200
_NOT_KEYS = ("authorized_keys", "known_hosts", "config", "environment", "rc")
_NEW_FORMAT = b"openssh-key-v1\0"


def private_keys(host: Host, entry: PasswdEntry) -> Maybe[tuple[PrivateKey, ...]]:
    """Keys in `~/.ssh`, by path; what is there and may not be read makes the list unknown."""
    if not entry.home.startswith("/"):
        return ()
    directory = f"{entry.home.rstrip('/')}/.ssh"
    try:
        return tuple(_keys(host, directory, entry.uid))
    except Refused:
        return Unknown(unknown="no permission")


def _keys(host: Host, directory: str, uid: int) -> Iterator[PrivateKey]:
    for name in host.list_dir(directory)[:_MOST_FILES] if host.is_dir(directory) else ():
        path = f"{directory}/{name}"
        stat = None if name.startswith(_NOT_KEYS) or name.endswith(".pub") else host.stat(path)
        if stat is None or stat.type != "file" or stat.size > _LARGEST:
            continue
        try:
            data = host.read_bytes(path, limit=_LARGEST) or b""
        except TooLarge:
            continue
        protected = _is_protected(data)
        if protected is not None:
            yield PrivateKey(path=path, protected=protected, mode=stat.mode, owner_matches=stat.uid in (uid, 0))


def _is_protected(data: bytes) -> bool | None:
    """Whether something besides the file is needed; nothing for a file that is no private key in PEM."""
    lines = [line.strip() for line in data.splitlines()]
    begins = [at for at, line in enumerate(lines) if line.startswith(b"-----BEGIN ") and b"PRIVATE KEY-----" in line]
    if not begins:
        return None
    kind = lines[begins[0]]
    body = lines[begins[0] + 1 :]
    if kind == b"-----BEGIN OPENSSH PRIVATE KEY-----":
        return _is_protected_new(body)
    return b"ENCRYPTED" in kind or any(line.startswith(b"Proc-Type:") and b"ENCRYPTED" in line for line in body)


def _is_protected_new(body: list[bytes]) -> bool:
    """PROTOCOL.key of OpenSSH: a cipher's name comes first; `none` leaves the key open, unless a token has its half."""
    end = next((at for at, line in enumerate(body) if line.startswith(b"-----END")), len(body))
    try:
        data = base64.b64decode(b"".join(body[:end]))
    except binascii.Error:
        return False
    if not data.startswith(_NEW_FORMAT):
        return False
    try:
        cipher, rest = _text(data[len(_NEW_FORMAT) :])
        _, rest = _text(rest)  # the derivation's name
        _, rest = _text(rest)  # and its options
        public, _ = _text(rest[4:])
        algorithm, _ = _text(public)
    except struct.error:
        return False
    return cipher != b"none" or algorithm.startswith(b"sk-")


def _text(data: bytes) -> tuple[bytes, bytes]:
    """A length in four bytes and so many bytes; and what follows."""
    (length,) = struct.unpack_from(">I", data)
    return data[4 : 4 + length], data[4 + length :]
