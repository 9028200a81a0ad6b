"""Ed25519 by the library `cryptography`, which only the extra `signed-packs` brings; nothing is home-made.

Keys are PEM files as OpenSSL has them (PKCS 8, SubjectPublicKeyInfo). A key's id is the beginning of the SHA-256 of its
public part, so that nobody has to think of names.
"""

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from rongdun_agent.errors import AgentError
from rongdun_contract.signed_packs import Key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALGORITHM = "ed25519"
_ID_DIGITS = 16


class Signer(NamedTuple):
    """A private key: `sign(message)`, and the id of its public part."""

    id: str
    private: Any

    def sign(self, message: bytes) -> bytes:
        """The signature over a message."""
        return bytes(self.private.sign(message))


def make_pair() -> tuple[bytes, bytes, str]:
    """A fresh private key and its public part, both as PEM, and their id."""
    _need_library()
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - an extra, and slow
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - the same

    private = Ed25519PrivateKey.generate()
    secret = private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    public = private.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    return secret, public, _id(private.public_key())


def read_private(pem: bytes, shown: str) -> Signer:
    """The private key in a file; raises AgentError when it is none of ours."""
    _need_library()
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra, and slow
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - the same

    try:
        private = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_key(shown, "private") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise _no_key(shown, "private")
    return Signer(_id(private.public_key()), private)


def read_public(pem: bytes, shown: str) -> tuple[str, Key]:
    """The public key in a file with its id; raises AgentError when it is none of ours."""
    _need_library()
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra, and slow
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - the same

    try:
        public = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_key(shown, "public") from error
    if not isinstance(public, Ed25519PublicKey):
        raise _no_key(shown, "public")
    return _id(public), Key(ALGORITHM, lambda signature, message: _is_signed(public, signature, message))


def _is_signed(public: "Ed25519PublicKey", signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra, and slow

    try:
        public.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _id(public: "Ed25519PublicKey") -> str:
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - an extra, and slow

    der = public.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()[:_ID_DIGITS]


def _need_library() -> None:
    try:
        import cryptography  # noqa: F401, PLC0415 - whether the extra is there
    except ImportError as error:
        remedy = "install the extra: pip install 'rongdun-agent[signed-packs]'"
        raise AgentError("signed packs", "this agent has no library for signatures", remedy) from error


def _no_key(shown: str, kind: str) -> AgentError:
    return AgentError(shown, f"is no {kind} Ed25519 key in PEM", "make one: rongdun-agent pack key NAME")
