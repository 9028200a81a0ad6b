"""Packs that the collector lets in: signed ones if a trusted key signed them, others unless the settings forbid it."""

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from rongdun_collector.errors import CollectorError
from rongdun_contract.rules.compiled import MAX_BYTES, parse_compiled
from rongdun_contract.rules.pack import load_pack
from rongdun_contract.rules.rule import Pack
from rongdun_contract.signed_packs import NOTHING_SEEN, Key, Seen, is_signed, open_signed, read_seen, seen_text

SEEN = "seen-packs.json"
_HEADER_BYTES = 16_384
_ID_DIGITS = 16
_OPEN = os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class Trust(NamedTuple):
    """Where trusted keys lie, where accepted versions are remembered, whether all packs must be signed, and when."""

    keys: Path
    data: Path
    required: bool
    now: datetime


def admit(path: Path, trust: Trust) -> Pack:
    """The pack in a folder or file; raises CollectorError or PackError where it may not be used."""
    data = None if path.is_dir() else _read(path)
    if data is not None and is_signed(data):
        return _signed(data, path, trust)
    if trust.required:
        what = "is not signed, and --require-signed-packs is on"
        raise CollectorError(str(path), what, "have it signed: rongdun-agent pack sign")
    return load_pack(path) if data is None else parse_compiled(data, str(path))


def _read(path: Path) -> bytes:
    """The file, read once: what is checked and what is parsed are the same bytes."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + _HEADER_BYTES + 1)
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise CollectorError(str(path), what, "name a pack's folder, or its built or signed file") from error
    if len(data) > MAX_BYTES + _HEADER_BYTES:
        raise CollectorError(str(path), f"is larger than {MAX_BYTES} bytes", "name a built pack")
    return data


def _signed(data: bytes, path: Path, trust: Trust) -> Pack:
    keys = trusted_keys(trust.keys)
    place = trust.data / SEEN
    with _held(place):
        opened = open_signed(data, str(path), keys, _seen(place), trust.now)
        fresh = place.with_name(f".{place.name}.new")
        with os.fdopen(os.open(fresh, _OPEN | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(seen_text(opened.seen))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
    return opened.pack


def _seen(place: Path) -> Seen:
    try:
        return read_seen(place.read_bytes())
    except FileNotFoundError:
        return NOTHING_SEEN
    except ValueError as error:
        remedy = "restore it; or remove it, and older packs may pass once more"
        raise CollectorError(str(place), "is damaged", remedy) from error


@contextmanager
def _held(place: Path) -> Iterator[None]:
    """One process at a time; what cannot be remembered is not accepted."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(place.with_name(f"{place.name}.lock"), _OPEN | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
    except OSError as error:
        what = f"accepted packs cannot be remembered: {error.strerror}"
        raise CollectorError(str(place), what, "see who may write to the data folder") from error


def trusted_keys(folder: Path) -> Mapping[str, Key]:
    """The keys in the folder's `*.pub` by id; CollectorError where there is none, or others could add some."""
    files = sorted(folder.glob("*.pub"))
    for place in (folder, *files):
        if place.exists() and stat.S_IMODE(place.stat().st_mode) & 0o022:
            raise CollectorError(str(place), "may be written by others than its owner", f"chmod go-w {place}")
    if not files:
        what = "has no key, so that no signed pack can be trusted"
        raise CollectorError(
            str(folder), what, "put the public key (*.pub) of whom you trust there, or set --pack-keys"
        )
    return dict(map(_public, files))


def _public(file: Path) -> tuple[str, Key]:
    try:
        public = form.load_pem_public_key(file.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(file) from error
    if not isinstance(public, Ed25519PublicKey):
        raise _no_key(file)
    der = public.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:_ID_DIGITS], Key("ed25519", _Verify(public))


class _Verify:
    def __init__(self, public: Ed25519PublicKey) -> None:
        self._public = public

    def __call__(self, signature: bytes, message: bytes) -> bool:
        try:
            self._public.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def _no_key(file: Path) -> CollectorError:
    return CollectorError(
        str(file), "is no public Ed25519 key in PEM", "take the .pub that `rongdun-agent pack key` made"
    )
