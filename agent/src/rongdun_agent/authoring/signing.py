"""`pack key`, `pack sign`, `pack verify`: a key of one's own, and packs that say who answers for them."""

import argparse
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from rongdun_agent.errors import AgentError
from rongdun_agent.signing.ed25519 import ALGORITHM, make_pair, read_private
from rongdun_agent.signing.trust import SYSTEM_KEYS, Trust, check, read_bytes
from rongdun_agent.state import default_state
from rongdun_contract.signed_packs import Statement, is_signed, seal

LONGEST_DAYS = 3660


def add_signing_actions(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What the three take."""
    key = actions.add_parser("key", help="make a key to sign packs with: NAME.key to keep, NAME.pub to hand out")
    key.add_argument("directory", type=Path, metavar="NAME", help="where to write both files, without an ending")
    sign = actions.add_parser("sign", help="sign a built pack")
    sign.add_argument("directory", type=Path, metavar="FILE", help="what `pack build` wrote")
    sign.add_argument("--key", type=Path, required=True, metavar="FILE", help="the private key (NAME.key)")
    sign.add_argument("--days", type=int, default=365, metavar="N", help="how long it may be used (default: 365)")
    sign.add_argument("--output", type=Path, required=True, metavar="FILE", help="where to write it, NAME.pack")
    verify = actions.add_parser("verify", help="say who signed a pack, and whether it would be let in here")
    verify.add_argument("directory", type=Path, metavar="FILE", help="a signed pack")
    verify.add_argument("--keys", type=Path, metavar="DIR", help=f"folder of trusted keys (default: {SYSTEM_KEYS})")
    verify.add_argument("--state", type=Path, metavar="DIR", help="the agent's directory, where versions are kept")


def make_key(options: argparse.Namespace, out: TextIO) -> int:
    """Write both parts; neither replaces anything."""
    name: Path = options.directory
    secret, public, key = make_pair()
    places = (name.with_name(f"{name.name}.key"), 0o600, secret), (name.with_name(f"{name.name}.pub"), 0o644, public)
    for place, mode, data in places:
        try:
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                file.write(data)
        except OSError as error:
            remedy = "choose another name, or another folder"
            raise AgentError(str(place), f"cannot be made ({error.strerror})", remedy) from error
    out.write(f"{name}.key: keep it to yourself\n{name}.pub: hand it out; key {key}\n")
    return 0


def sign_pack(options: argparse.Namespace, out: TextIO) -> int:
    """Write the signed pack."""
    if not 0 < options.days <= LONGEST_DAYS:
        raise AgentError(f"--days {options.days}", "is out of range", f"write a number from 1 to {LONGEST_DAYS}")
    signer = read_private(read_bytes(options.key), str(options.key))
    now = datetime.now(UTC).replace(microsecond=0)
    signed = seal(
        read_bytes(options.directory),
        algorithm=ALGORITHM,
        key=signer.id,
        issued=now,
        expires=now + timedelta(days=options.days),
        sign=signer.sign,
    )
    try:
        options.output.write_bytes(signed)
    except OSError as error:
        what = f"cannot be written ({error.strerror})"
        raise AgentError(str(options.output), what, "name a file that you may write") from error
    out.write(f"{options.output}: {len(signed)} bytes, signed by the key {signer.id} for {options.days} days\n")
    return 0


def verify_pack(options: argparse.Namespace, out: TextIO) -> int:
    """Say what the statement says; the version is compared and not remembered."""
    data = read_bytes(options.directory)
    if not is_signed(data):
        raise AgentError(str(options.directory), "is not signed", "sign it: rongdun-agent pack sign")
    state = options.state or default_state()
    trust = Trust(options.keys or SYSTEM_KEYS, state, required=True, now=datetime.now(UTC))
    out.write(_words(check(data, options.directory, trust).statement))
    return 0


def _words(said: Statement) -> str:
    span = f"from {said.issued.isoformat()} until {said.expires.isoformat()}"
    return f"{said.pack} {said.version} ({said.kind}), signed by the key {said.key}, {span}\n"
