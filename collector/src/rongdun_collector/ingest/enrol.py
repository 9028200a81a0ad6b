"""A token for a credential: which host enrols, and what it may use from now on."""

from datetime import datetime

from sqlalchemy import Connection

from rongdun_collector.identity import identify
from rongdun_collector.problems import forbidden
from rongdun_collector.store import credentials, enrolments, tokens
from rongdun_contract.wire import Enrolled, Enrolment

ASK_FOR_TOKEN = "Ask for a new token: rongdun-collector token create."  # noqa: S105 - advice, no secret


def enrol(connection: Connection, enrolment: Enrolment, now: datetime, interval_s: int) -> Enrolled:
    """Admit a host; RefusedError (403) where its token does not permit it.

    A repeated enrolment (same token, same nonce) gets the same host and a fresh credential, and costs no further use.
    """
    token = tokens.find_token(connection, enrolment.token)
    if token is None:
        raise forbidden("the enrolment token is not known here", ASK_FOR_TOKEN)
    host = enrolments.enrolled_before(connection, token.id, enrolment.nonce)
    if host is None:
        host = _admit(connection, token, enrolment, now, interval_s)
    elif token.revoked_at is not None:
        raise forbidden("the token was revoked", ASK_FOR_TOKEN)
    return Enrolled(host=host, credential=credentials.issue(connection, host, now), interval_s=interval_s)


def _admit(
    connection: Connection, token: tokens.TokenRecord, enrolment: Enrolment, now: datetime, interval_s: int
) -> str:
    refusal = token.refusal(now)
    if refusal is not None:
        raise forbidden(refusal, ASK_FOR_TOKEN)
    proven = credentials.host_of(connection, enrolment.previous) if enrolment.previous else None
    alike = enrolments.similar_hosts(connection, enrolment.claims, enrolments.silent_since(now, interval_s))
    identified = identify(enrolment.claims, alike, proven=proven)
    tokens.use_token(connection, token.id)
    return enrolments.admit(connection, enrolments.Applicant(token, enrolment.nonce, enrolment.claims), identified, now)
