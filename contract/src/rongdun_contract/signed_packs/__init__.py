"""Signed packs: a built pack with a statement about it, and a signature over the statement.

    rongdun-signed-pack 1
    <algorithm> <key id> <signature, base64>
    <statement, JSON in one line>
    <the built pack, byte for byte>

The signature is over the first line and the statement; the statement has the size and the SHA-256 of the pack. Nothing
but the first two lines is looked at before the signature is checked, and what is parsed is the very slice of memory
that was digested. Checking the signature itself is an argument: neither a library nor a file is touched here.
"""

from rongdun_contract.signed_packs.opening import Key, Opened, open_signed
from rongdun_contract.signed_packs.seen import NOTHING_SEEN, Mark, Seen, read_seen, seen_text
from rongdun_contract.signed_packs.statement import ALGORITHMS, Statement, is_signed, seal

__all__ = [
    "ALGORITHMS",
    "NOTHING_SEEN",
    "Key",
    "Mark",
    "Opened",
    "Seen",
    "Statement",
    "is_signed",
    "open_signed",
    "read_seen",
    "seal",
    "seen_text",
]
