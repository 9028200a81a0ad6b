"""What was seen on the wire."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from rongdun_collector.store.tables import columns

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "wire_observers",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("folded_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_wire_observers_host")),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_wire_observers")),
    )
    op.create_table(
        "wire_sightings",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("interface", sa.Text(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.Column("first_at", columns.Instant(), nullable=False),
        sa.Column("presence", sa.Text(), nullable=False),
        sa.Column("since", columns.Instant(), nullable=False),
        sa.Column("present_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_wire_sightings_host")),
        sa.PrimaryKeyConstraint("host", "interface", "mac", name=op.f("pk_wire_sightings")),
    )
    op.create_index("ix_wire_sightings_mac", "wire_sightings", ["mac"], unique=False)
