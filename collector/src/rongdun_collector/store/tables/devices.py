"""What was seen on the wire and since when: derived from the history of the `devices` sections alone."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from rongdun_collector.store.tables.columns import METADATA, Instant

# Up to which moment a host's `devices` sections are counted in.
WIRE_OBSERVERS = Table(
    "wire_observers",
    METADATA,
    Column("host", Text, ForeignKey("hosts.id"), primary_key=True),
    Column("folded_at", Instant, nullable=False),
)
# A link address on a segment that the host watches. `presence` is so since `since`; it was there last at `present_at`.
WIRE_SIGHTINGS = Table(
    "wire_sightings",
    METADATA,
    Column("host", Text, ForeignKey("hosts.id"), primary_key=True),
    Column("interface", Text, primary_key=True),
    Column("mac", Text, primary_key=True),
    Column("first_at", Instant, nullable=False),
    Column("presence", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("present_at", Instant),
)
Index("ix_wire_sightings_mac", WIRE_SIGHTINGS.c.mac)
