"""Results: what the rules said, once per distinct outcome, and which host had which outcome when."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text

from rongdun_collector.store.tables.columns import METADATA, Instant, Sha256

COUNTED = ("passed", "failed", "unknown", "not_applicable", "critical", "high", "medium", "low")

# Verdicts of all rules and clauses as one document, shared by every host that has them: never a row per host and rule.
RESULT_SETS = Table(
    "result_sets",
    METADATA,
    Column("digest", Sha256, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("score", Float),
    Column("confidence", Float),
    # Rules by verdict, and those that fail by severity: for lists and metrics of hosts, which need no more than that.
    *(Column(name, Integer, nullable=False) for name in COUNTED),
    Column("made_at", Instant, nullable=False),
)
RESULT_INTERVALS = Table(
    "result_intervals",
    METADATA,
    Column("host", Text, ForeignKey("hosts.id"), primary_key=True),
    Column("valid_from", Instant, primary_key=True),
    Column("valid_to", Instant),
    Column("level", Integer, nullable=False),
    Column("result_set", Sha256, nullable=False),
)
Index(
    "ix_result_intervals_open",
    RESULT_INTERVALS.c.host,
    unique=True,
    sqlite_where=RESULT_INTERVALS.c.valid_to.is_(None),
    postgresql_where=RESULT_INTERVALS.c.valid_to.is_(None),
)
Index("ix_result_intervals_valid_to", RESULT_INTERVALS.c.valid_to)
# Which rules were in force since when; the youngest are. Processes with others leave judging to those that have them.
RULESETS = Table(
    "rulesets",
    METADATA,
    Column("digest", Sha256, primary_key=True),
    Column("in_force_since", Instant, nullable=False),
    Column("packs", Text, nullable=False),
)
# From what the current result of a host was computed, so that one query finds all that must be computed again.
EVALUATIONS = Table(
    "evaluations",
    METADATA,
    Column("host", Text, ForeignKey("hosts.id"), primary_key=True),
    Column("inputs", Sha256, nullable=False),
    Column("root", Sha256, nullable=False),
    Column("level", Integer, nullable=False),
    Column("read_at", Text),
    Column("volatile_at", Instant),
    Column("valid_until", Instant, index=True),
    Column("evaluated_at", Instant, nullable=False),
)
