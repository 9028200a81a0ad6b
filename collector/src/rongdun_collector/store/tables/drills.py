"""Drills: what was opened, what hosts said during it, what was seen on them, what people did."""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from rongdun_collector.store.tables.columns import METADATA, Instant, Sha256

DRILLS = Table(
    "drills",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("frozen_at", Instant),
    # Rules and scheme as they were when the drill was opened: files may change, a drill does not.
    Column("pack_id", Text, nullable=False),
    Column("pack_version", Text, nullable=False),
    Column("pack_digest", Sha256, nullable=False),
    Column("pack_data", LargeBinary, nullable=False),
    Column("scheme_id", Text, nullable=False),
    Column("scheme_sha256", Sha256, nullable=False),
    Column("scheme_data", LargeBinary, nullable=False),
    Column("detect_from", Text, nullable=False),
    Column("sections", Text, nullable=False),
    Column("period_s", Float, nullable=False),
    Column("acts", Integer, nullable=False),
)
DRILL_UNITS = Table(
    "drill_units",
    METADATA,
    Column("drill", Text, ForeignKey("drills.id"), primary_key=True),
    Column("unit", Text, ForeignKey("units.id"), primary_key=True),
)
# One row, its number greater after each change of what hosts are told; who changes that holds the row until the end.
DRILL_REVISION = Table(
    "drill_revision",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
)
# A host from the moment when it pinned its reference. What was looked at until `looked_at` is evaluated to `folded_at`.
DRILL_HOSTS = Table(
    "drill_hosts",
    METADATA,
    Column("drill", Text, ForeignKey("drills.id"), primary_key=True),
    Column("host", Text, ForeignKey("hosts.id"), primary_key=True),
    Column("unit", Text, ForeignKey("units.id"), nullable=False),
    Column("reference", Sha256, nullable=False, index=True),
    Column("pinned_at", Instant, nullable=False),
    Column("looked_at", Instant, nullable=False),
    Column("folded_at", Instant, nullable=False),
)
Index(
    "ix_drill_hosts_due",
    DRILL_HOSTS.c.drill,
    DRILL_HOSTS.c.host,
    sqlite_where=DRILL_HOSTS.c.folded_at < DRILL_HOSTS.c.looked_at,
    postgresql_where=DRILL_HOSTS.c.folded_at < DRILL_HOSTS.c.looked_at,
)
# Every state that a host named as its reference; the first counts, `why` says what the others are.
DRILL_REFERENCES = Table(
    "drill_references",
    METADATA,
    Column("drill", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("reference", Sha256, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("why", Text),
    ForeignKeyConstraint(["drill", "host"], ["drill_hosts.drill", "drill_hosts.host"]),
)
# A stretch of looks at one root: the first received at `received_at`, the second at `second_at`, the last so far at
# `confirmed_at`. `gap_from`: the host had not been heard of since then, for longer than its period explains.
DRILL_JOURNAL = Table(
    "drill_journal",
    METADATA,
    Column("drill", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("received_at", Instant, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("root", Sha256, nullable=False, index=True),
    Column("taken_at", Instant, nullable=False),
    Column("agent_at", Instant, nullable=False),
    Column("second_at", Instant),
    Column("confirmed_at", Instant, nullable=False),
    Column("gap_from", Instant),
    ForeignKeyConstraint(["drill", "host"], ["drill_hosts.drill", "drill_hosts.host"]),
)
# Derived from the journal, and from nothing else: when a signal named an object, from its first look with it.
# `missing_at` is the first look without it, `gone_at` the second in a row.
DRILL_EPISODES = Table(
    "drill_episodes",
    METADATA,
    Column("drill", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("signal", Text, primary_key=True),
    Column("key_digest", Sha256, primary_key=True),
    Column("appeared_at", Instant, primary_key=True),
    Column("key", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("missing_at", Instant),
    Column("gone_at", Instant),
    ForeignKeyConstraint(["drill", "host"], ["drill_hosts.drill", "drill_hosts.host"]),
)
# Derived too: from when until when a signal could not be told on a host, or (`key`) one of its objects could not be.
DRILL_BLIND = Table(
    "drill_blind",
    METADATA,
    Column("drill", Text, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("signal", Text, primary_key=True),
    Column("since", Instant, primary_key=True),
    Column("key_digest", Sha256, primary_key=True),
    Column("key", Text),
    Column("until", Instant),
    Column("reason", Text, nullable=False),
    ForeignKeyConstraint(["drill", "host"], ["drill_hosts.drill", "drill_hosts.host"]),
)
# What people did, in order; rows are added, never changed.
DRILL_ACTS = Table(
    "drill_acts",
    METADATA,
    Column("drill", Text, ForeignKey("drills.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("unit", Text),
    Column("host", Text),
    Column("signal", Text),
    Column("key", Text),
    Column("moment", Instant),
    Column("subject", Integer),
    Column("object", Text),
    Column("reason", Text),
)
