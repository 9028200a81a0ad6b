"""The register: who answers for what, and the enrolment tokens that were handed out."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, Table, Text

from rongdun_collector.store.tables.columns import METADATA, Instant, Sha256

UNITS = Table(
    "units",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("contact", Text),
)
SYSTEMS = Table(
    "systems",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("unit", Text, ForeignKey("units.id"), nullable=False, index=True),
    Column("level", Integer, CheckConstraint("level IN (2, 3, 4)", name="level"), nullable=False),
    Column("critical", Boolean, nullable=False),
)
ENROLMENT_TOKENS = Table(
    "enrolment_tokens",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("secret", Sha256, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("unit", Text, ForeignKey("units.id")),
    Column("system", Text, ForeignKey("systems.id")),
    Column("uses_allowed", Integer, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)
