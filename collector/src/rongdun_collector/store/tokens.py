"""Enrolment tokens: made once, shown once, good for a number of hosts until they expire or are revoked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from rongdun_collector.secret import new_id, new_secret, secret_digest
from rongdun_collector.store.tables.register import ENROLMENT_TOKENS
from rongdun_contract.enrolment_token import EnrolmentToken

_C = ENROLMENT_TOKENS.c


@dataclass(frozen=True, slots=True)
class TokenTerms:
    """What a token permits: for whom, how often, how long, and the address that hosts will use."""

    url: str
    expires_at: datetime
    uses_allowed: int = 1
    unit: str | None = None
    system: str | None = None


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token as it is kept; its secret is not."""

    id: str
    terms: TokenTerms
    uses: int
    created_at: datetime
    revoked_at: datetime | None

    def refusal(self, now: datetime) -> str | None:
        """Why the token permits nothing (any more), or None."""
        if self.revoked_at is not None:
            return "the token was revoked"
        if now >= self.terms.expires_at:
            return "the token has expired"
        if self.uses >= self.terms.uses_allowed:
            return f"the token was good for {self.terms.uses_allowed} hosts and has been used up"
        return None


def create_token(connection: Connection, terms: TokenTerms, ca_pin: str | None, now: datetime) -> tuple[str, str]:
    """Make a token; its id, and the word to hand out, which cannot be shown again."""
    token, secret = new_id(), new_secret()
    values = {
        "id": token,
        "secret": secret_digest(secret),
        "url": terms.url,
        "unit": terms.unit,
        "system": terms.system,
        "uses_allowed": terms.uses_allowed,
        "uses": 0,
        "created_at": now,
        "expires_at": terms.expires_at,
    }
    connection.execute(insert(ENROLMENT_TOKENS).values(**values))
    return token, EnrolmentToken(terms.url, secret, ca_pin).encode()


def find_token(connection: Connection, secret: str) -> TokenRecord | None:
    """The token with this secret, locked until the transaction ends so that its count holds."""
    query = select(ENROLMENT_TOKENS).where(_C.secret == secret_digest(secret)).with_for_update()
    row = connection.execute(query).first()
    return None if row is None else _record(row)


def use_token(connection: Connection, token: str) -> None:
    """One host more."""
    connection.execute(update(ENROLMENT_TOKENS).where(_C.id == token).values(uses=_C.uses + 1))


def list_tokens(connection: Connection) -> list[TokenRecord]:
    """All tokens, newest first."""
    query = select(ENROLMENT_TOKENS).order_by(_C.created_at.desc(), _C.id)
    return [_record(row) for row in connection.execute(query)]


def revoke_token(connection: Connection, token: str, now: datetime) -> bool:
    """No host can enrol with it from now on; whether there was such a token."""
    done = connection.execute(update(ENROLMENT_TOKENS).where(_C.id == token).values(revoked_at=now))
    return done.rowcount == 1


def _record(row: Row[Any]) -> TokenRecord:
    terms = TokenTerms(row.url, row.expires_at, row.uses_allowed, row.unit, row.system)
    return TokenRecord(row.id, terms, row.uses, row.created_at, row.revoked_at)
