"""The enrolment token as an operator copies it: one word that carries the address, the secret and the pin of the CA."""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

PREFIX = "rongdun1."
_LONGEST = 2048


@dataclass(frozen=True, slots=True)
class EnrolmentToken:
    """Where to enrol, the secret that permits it, and the SHA-256 (hex, of the DER certificate) of the CA to trust."""

    url: str
    secret: str
    ca_pin: str | None = None

    def encode(self) -> str:
        """The word to print; it has no character that a shell or a chat window changes."""
        fields = {"u": self.url, "s": self.secret} | ({"p": self.ca_pin} if self.ca_pin else {})
        data = json.dumps(fields, separators=(",", ":")).encode()
        return PREFIX + base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_token(text: str) -> EnrolmentToken:
    """Read a token back; ValueError says what is wrong with it in words for an operator."""
    word = text.strip()
    if not word.startswith(PREFIX):
        raise ValueError(f"an enrolment token begins with {PREFIX!r}")
    if len(word) > _LONGEST:
        raise ValueError(f"an enrolment token has at most {_LONGEST} characters")
    return _checked(_fields(word.removeprefix(PREFIX)))


def _fields(word: str) -> dict[str, object]:
    try:
        data = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        fields = json.loads(data)
    except (binascii.Error, ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise ValueError("the token is damaged or cut short; copy the whole line again")  # noqa: TRY004 - input, not a bug
    return fields


def _checked(fields: dict[str, object]) -> EnrolmentToken:
    url, secret, pin = fields.get("u"), fields.get("s"), fields.get("p")
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ValueError("the token names no address of a collector")
    if not isinstance(secret, str) or not secret:
        raise ValueError("the token has no secret")
    if pin is not None and not (isinstance(pin, str) and re.fullmatch("[0-9a-f]{64}", pin)):
        raise ValueError("the token's pin is no SHA-256 digest")
    return EnrolmentToken(url, secret, pin)
