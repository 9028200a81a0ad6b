"""Facts: documents by their digest, and which host had which one when."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from rongdun_collector.store.tables.columns import METADATA, Instant, Sha256

# The bytes as they were sent, compressed; many hosts share one. No foreign key leads here, on purpose: it would be
# checked on every row of the history, and no engine could ever spread the documents elsewhere.
DOCUMENTS = Table(
    "documents",
    METADATA,
    Column("digest", Sha256, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("stored_at", Instant, nullable=False),
)
MANIFESTS = Table(
    "manifests",
    METADATA,
    Column("root", Sha256, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("stored_at", Instant, nullable=False),
)
# From `valid_from` until before `valid_to` (null: until now) the section was these two documents, or not to be had.
SECTION_INTERVALS = Table(
    "section_intervals",
    METADATA,
    Column("host", Text, ForeignKey("hosts.id"), primary_key=True),
    Column("section", Text, primary_key=True),
    Column("valid_from", Instant, primary_key=True),
    Column("valid_to", Instant),
    Column("schema_number", Integer),
    Column("facts", Sha256),
    Column("sources", Sha256),
    Column("unavailable", Text),
    Column("sequence", BigInteger, nullable=False),
)
Index(
    "ix_section_intervals_open",
    SECTION_INTERVALS.c.host,
    SECTION_INTERVALS.c.section,
    unique=True,
    sqlite_where=SECTION_INTERVALS.c.valid_to.is_(None),
    postgresql_where=SECTION_INTERVALS.c.valid_to.is_(None),
)
Index("ix_section_intervals_facts", SECTION_INTERVALS.c.facts)
Index("ix_section_intervals_sources", SECTION_INTERVALS.c.sources)
VOLATILE_SECTIONS = Table(
    "volatile_sections",
    METADATA,
    Column("host", Text, ForeignKey("hosts.id"), primary_key=True),
    Column("section", Text, primary_key=True),
    Column("taken_at", Instant, nullable=False),
    Column("schema_number", Integer),
    Column("facts", Sha256),
    Column("facts_data", LargeBinary),
    Column("sources_data", LargeBinary),
    Column("unavailable", Text),
)
