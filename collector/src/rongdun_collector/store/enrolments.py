"""Hosts at their birth and rebirth: who shares claims, what was decided and why."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from rongdun_collector.identity import Identified, KnownHost, normal_uuid
from rongdun_collector.secret import new_id
from rongdun_collector.store.lineage import note_conflict
from rongdun_collector.store.tables.hosts import CREDENTIALS, ENROLMENTS, HOST_STATES, HOSTS
from rongdun_collector.store.tokens import TokenRecord
from rongdun_contract.wire import Claims


@dataclass(frozen=True, slots=True)
class Applicant:
    """What an enrolment came with."""

    token: TokenRecord
    nonce: str
    claims: Claims


def enrolled_before(connection: Connection, token: str, nonce: str) -> str | None:
    """The host that this very enrolment made, where its answer was lost and it is repeated."""
    wanted = ENROLMENTS.c.token == token, ENROLMENTS.c.nonce == nonce
    return connection.scalar(select(ENROLMENTS.c.host).where(*wanted))


def similar_hosts(connection: Connection, claims: Claims, alive_since: datetime) -> list[KnownHost]:
    """Hosts that share the machine-id or the DMI UUID; alive are those heard of since then."""
    uuid = normal_uuid(claims.dmi_uuid)
    either = [HOSTS.c.machine_id == claims.machine_id] if claims.machine_id else []
    either += [HOSTS.c.dmi_uuid == uuid] if uuid else []
    if not either:
        return []
    living = select(CREDENTIALS.c.host).where(CREDENTIALS.c.host == HOSTS.c.id, CREDENTIALS.c.revoked_at.is_(None))
    alive = (func.coalesce(HOST_STATES.c.seen_at, HOSTS.c.enrolled_at) >= alive_since) & living.exists()
    query = select(HOSTS.c.id, HOSTS.c.claims, alive.label("alive")).join(HOST_STATES).where(or_(*either))
    return [
        KnownHost(row.id, Claims.model_validate_json(row.claims), bool(row.alive)) for row in connection.execute(query)
    ]


def admit(connection: Connection, applicant: Applicant, identified: Identified, now: datetime) -> str:
    """Write the host down as decided, with the reasons; its id."""
    host = identified.host or new_id()
    terms, claims = applicant.token.terms, applicant.claims
    values: dict[str, Any] = {
        "hostname": claims.hostname,
        "machine_id": claims.machine_id,
        "dmi_uuid": normal_uuid(claims.dmi_uuid),
        "claims": claims.model_dump_json(exclude_defaults=True),
        "retired_at": None,
    }
    place = {name: value for name, value in (("unit", terms.unit), ("system", terms.system)) if value is not None}
    if identified.host is None:
        connection.execute(insert(HOSTS).values(id=host, enrolled_at=now, **values, **place))
        connection.execute(insert(HOST_STATES).values(host=host, sequence=0))
    else:
        connection.execute(update(HOSTS).where(HOSTS.c.id == host).values(**values, **place))
    for double in identified.doubles:
        note_conflict(connection, host, double.host, double.reason, now)
    _write_down(connection, applicant, host, identified, now)
    return host


def silent_since(now: datetime, interval_s: int) -> datetime:
    """A host that was not heard of since then counts as silent: it missed three check-ins, and an hour at least."""
    return now - max(timedelta(seconds=3 * interval_s), timedelta(hours=1))


def _write_down(connection: Connection, applicant: Applicant, host: str, identified: Identified, now: datetime) -> None:
    values = {
        "token": applicant.token.id,
        "nonce": applicant.nonce,
        "host": host,
        "at": now,
        "decision": identified.decision,
        "reasons": json.dumps(identified.reasons, ensure_ascii=False),
        "claims": applicant.claims.model_dump_json(exclude_defaults=True),
    }
    connection.execute(insert(ENROLMENTS).values(**values))
