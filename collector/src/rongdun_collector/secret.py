"""Secrets that we hand out: random, said once, kept as a digest only."""

import hashlib
import secrets

SECRET_BYTES = 32


def new_secret() -> str:
    """256 random bits as a word; far too many to guess, so a plain digest of it is enough to keep."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_id() -> str:
    """64 random bits in hexadecimal, the form of all our identifiers."""
    return secrets.token_hex(8)


def secret_digest(secret: str) -> str:
    """What is kept of a secret, in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
