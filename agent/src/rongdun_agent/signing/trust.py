"""Which packs are let in: signed ones if a trusted key signed them, others unless the host's settings forbid it."""

import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rongdun_agent.errors import AgentError
from rongdun_agent.signing.seen_file import SeenFile
from rongdun_contract.rules import Pack, load_pack, parse_compiled
from rongdun_contract.rules.compiled import MAX_BYTES
from rongdun_contract.signed_packs import Key, Opened, is_signed, open_signed

SYSTEM_KEYS = Path("/etc/rongdun/keys.d")
_HEADER_BYTES = 16_384


class Trust(NamedTuple):
    """Where trusted keys lie, where accepted versions are remembered, whether all packs must be signed, and when."""

    keys: Path
    state: Path
    required: bool
    now: datetime


def admit(place: Path, trust: Trust) -> Pack:
    """The pack in a folder or file; raises AgentError or PackError where it may not be used."""
    if not place.exists():
        raise AgentError(str(place), "does not exist", "name a pack's directory, or its built JSON file")
    data = None if place.is_dir() else read_bytes(place)
    if data is not None and is_signed(data):
        return _remembered(data, place, trust).pack
    if trust.required:
        what = "is not signed, and agent.toml says require_signed_packs"
        raise AgentError(str(place), what, "have it signed: rongdun-agent pack sign")
    return load_pack(place) if data is None else parse_compiled(data, str(place))


def read_bytes(place: Path) -> bytes:
    """A file that may be a pack, read once: what is checked and what is parsed are the same bytes."""
    try:
        with place.open("rb") as stream:
            data = stream.read(MAX_BYTES + _HEADER_BYTES + 1)
    except OSError as error:
        raise AgentError(str(place), f"cannot be read ({error.strerror})", "name a file that you may read") from error
    if len(data) > MAX_BYTES + _HEADER_BYTES:
        raise AgentError(str(place), f"is larger than {MAX_BYTES} bytes", "name a built pack")
    return data


def check(data: bytes, place: Path, trust: Trust) -> Opened:
    """A signed pack under this trust, nothing remembered; raises AgentError or PackError."""
    return open_signed(data, str(place), trusted_keys(trust.keys), SeenFile(trust.state).read(), trust.now)


def trusted_keys(folder: Path) -> Mapping[str, Key]:
    """The keys in the folder's `*.pub` by id; raises AgentError where there is none, or others could add some."""
    from rongdun_agent.signing.ed25519 import read_public  # noqa: PLC0415 - its library is an extra

    try:
        files = sorted(folder.glob("*.pub"))
        for place in (folder, *files):
            if place.exists() and stat.S_IMODE(place.stat().st_mode) & 0o022:
                raise AgentError(str(place), "may be written by others than its owner", f"chmod go-w {place}")
        keys = dict(read_public(file.read_bytes(), str(file)) for file in files)
    except OSError as error:
        raise AgentError(str(folder), f"cannot be read ({error.strerror})", "mend its permissions") from error
    if not keys:
        what = "has no key, so that no signed pack can be trusted"
        raise AgentError(str(folder), what, "put the public key (*.pub) of whom you trust there, or name --keys DIR")
    return keys


def _remembered(data: bytes, place: Path, trust: Trust) -> Opened:
    file = SeenFile(trust.state)
    with file.held():
        opened = check(data, place, trust)
        file.write(opened.seen)
    return opened
