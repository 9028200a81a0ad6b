"""Hosts: who they are, what they may do, and what they said last."""

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from rongdun_collector.store.tables.columns import METADATA, Instant, Sha256

HOSTS = Table(
    "hosts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("hostname", Text, nullable=False, index=True),
    Column("machine_id", Text, index=True),
    Column("dmi_uuid", Text, index=True),
    Column("claims", Text, nullable=False),
    Column("unit", Text, ForeignKey("units.id"), index=True),
    Column("system", Text, ForeignKey("systems.id"), index=True),
    Column("enrolled_at", Instant, nullable=False),
    Column("retired_at", Instant),
)
CREDENTIALS = Table(
    "credentials",
    METADATA,
    Column("secret", Sha256, primary_key=True),
    Column("host", Text, ForeignKey("hosts.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
# What a check-in of an unchanged host writes: one narrow row, so that the usual case is one statement for many hosts.
HOST_STATES = Table(
    "host_states",
    METADATA,
    Column("host", Text, ForeignKey("hosts.id"), primary_key=True),
    Column("epoch", Text),
    Column("sequence", BigInteger, nullable=False),
    Column("root", Sha256),
    Column("taken_at", Instant),
    Column("confirmed_until", Instant),
    Column("seen_at", Instant),
    Column("health", Text),
    Column("read_at", Text),
    Column("volatile_at", Instant),
)
# How each probe fared when the agent last said so.
HOST_PROBES = Table(
    "host_probes",
    METADATA,
    Column("host", Text, ForeignKey("hosts.id"), primary_key=True),
    Column("probes", Text, nullable=False),
)
EPOCHS = Table(
    "epochs",
    METADATA,
    Column("host", Text, ForeignKey("hosts.id"), primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("started_at", Instant, nullable=False),
)
# Each enrolment and why it was taken for a new host or for one already known.
ENROLMENTS = Table(
    "enrolments",
    METADATA,
    Column("token", Text, ForeignKey("enrolment_tokens.id"), primary_key=True),
    Column("nonce", Text, primary_key=True),
    Column("host", Text, ForeignKey("hosts.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("claims", Text, nullable=False),
)
CONFLICTS = Table(
    "conflicts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("host", Text, ForeignKey("hosts.id"), nullable=False, index=True),
    Column("other", Text, ForeignKey("hosts.id"), index=True),
    Column("since", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("settled_at", Instant),
)
GAPS = Table(
    "gaps",
    METADATA,
    Column("host", Text, ForeignKey("hosts.id"), primary_key=True),
    Column("epoch", Text, primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("merged", BigInteger, nullable=False),
    Column("before", Instant, nullable=False),
)
