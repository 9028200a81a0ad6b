"""Which rules are in force: those of the process that was started, or told to evaluate, last."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, text

from rongdun_collector.store.tables.columns import to_microseconds
from rongdun_collector.store.tables.results import RULESETS

_PUT = text(
    "INSERT INTO rulesets (digest, in_force_since, packs) VALUES (:digest, :at, :packs) "
    "ON CONFLICT (digest) DO UPDATE SET in_force_since = excluded.in_force_since"
)


def put_in_force(connection: Connection, digest: str, packs: Mapping[str, str], now: datetime) -> None:
    """These rules (packs by id and version) judge the fleet from now on."""
    latest = connection.execute(_LATEST).first()
    if latest is None or latest.digest != digest:
        moment = now if latest is None else max(now, latest.in_force_since + timedelta(microseconds=1))
        row = {"digest": bytes.fromhex(digest), "at": to_microseconds(moment), "packs": json.dumps(dict(packs))}
        connection.execute(_PUT, row)


def ruleset_in_force(connection: Connection) -> str | None:
    """The digest of the rules in force; None before the first."""
    latest = connection.execute(_LATEST).first()
    return None if latest is None else latest.digest


_LATEST = (
    select(RULESETS.c.digest, RULESETS.c.in_force_since)
    .order_by(RULESETS.c.in_force_since.desc(), RULESETS.c.digest)
    .limit(1)
)
