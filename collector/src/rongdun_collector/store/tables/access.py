"""Who may look: administrators, their sessions, and keys for programs that read."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from rongdun_collector.store.tables.columns import METADATA, Instant, Sha256

ADMINISTRATORS = Table(
    "administrators",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("password", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Instant),
)
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("secret", Sha256, primary_key=True),
    Column("administrator", Text, ForeignKey("administrators.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("form_token", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False, index=True),
)
READ_KEYS = Table(
    "read_keys",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("secret", Sha256, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
