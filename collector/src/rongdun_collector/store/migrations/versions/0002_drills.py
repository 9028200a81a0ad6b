"""Drills."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from rongdun_collector.store.tables import columns

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "drill_revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_revision")),
    )
    op.create_table(
        "drills",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("opened_at", columns.Instant(), nullable=False),
        sa.Column("until", columns.Instant(), nullable=False),
        sa.Column("closed_at", columns.Instant(), nullable=True),
        sa.Column("frozen_at", columns.Instant(), nullable=True),
        sa.Column("pack_id", sa.Text(), nullable=False),
        sa.Column("pack_version", sa.Text(), nullable=False),
        sa.Column("pack_digest", columns.Sha256(length=32), nullable=False),
        sa.Column("pack_data", sa.LargeBinary(), nullable=False),
        sa.Column("scheme_id", sa.Text(), nullable=False),
        sa.Column("scheme_sha256", columns.Sha256(length=32), nullable=False),
        sa.Column("scheme_data", sa.LargeBinary(), nullable=False),
        sa.Column("detect_from", sa.Text(), nullable=False),
        sa.Column("sections", sa.Text(), nullable=False),
        sa.Column("period_s", sa.Float(), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drills")),
    )
    op.create_table(
        "drill_acts",
        sa.Column("drill", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("signal", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("moment", columns.Instant(), nullable=True),
        sa.Column("subject", sa.Integer(), nullable=True),
        sa.Column("object", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["drill"], ["drills.id"], name=op.f("fk_drill_acts_drill")),
        sa.PrimaryKeyConstraint("drill", "number", name=op.f("pk_drill_acts")),
    )
    op.create_table(
        "drill_units",
        sa.Column("drill", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["drill"], ["drills.id"], name=op.f("fk_drill_units_drill")),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_drill_units_unit")),
        sa.PrimaryKeyConstraint("drill", "unit", name=op.f("pk_drill_units")),
    )
    op.create_table(
        "drill_hosts",
        sa.Column("drill", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("reference", columns.Sha256(length=32), nullable=False),
        sa.Column("pinned_at", columns.Instant(), nullable=False),
        sa.Column("looked_at", columns.Instant(), nullable=False),
        sa.Column("folded_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["drill"], ["drills.id"], name=op.f("fk_drill_hosts_drill")),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_drill_hosts_host")),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_drill_hosts_unit")),
        sa.PrimaryKeyConstraint("drill", "host", name=op.f("pk_drill_hosts")),
    )
    op.create_index(
        "ix_drill_hosts_due",
        "drill_hosts",
        ["drill", "host"],
        unique=False,
        sqlite_where=sa.text("folded_at < looked_at"),
        postgresql_where=sa.text("folded_at < looked_at"),
    )
    op.create_index(op.f("ix_drill_hosts_reference"), "drill_hosts", ["reference"], unique=False)
    op.create_table(
        "drill_blind",
        sa.Column("drill", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("since", columns.Instant(), nullable=False),
        sa.Column("key_digest", columns.Sha256(length=32), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("until", columns.Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["drill", "host"], ["drill_hosts.drill", "drill_hosts.host"], name=op.f("fk_drill_blind_drill_host")
        ),
        sa.PrimaryKeyConstraint("drill", "host", "signal", "since", "key_digest", name=op.f("pk_drill_blind")),
    )
    op.create_table(
        "drill_episodes",
        sa.Column("drill", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("key_digest", columns.Sha256(length=32), nullable=False),
        sa.Column("appeared_at", columns.Instant(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("seen_at", columns.Instant(), nullable=False),
        sa.Column("missing_at", columns.Instant(), nullable=True),
        sa.Column("gone_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["drill", "host"], ["drill_hosts.drill", "drill_hosts.host"], name=op.f("fk_drill_episodes_drill_host")
        ),
        sa.PrimaryKeyConstraint("drill", "host", "signal", "key_digest", "appeared_at", name=op.f("pk_drill_episodes")),
    )
    op.create_table(
        "drill_journal",
        sa.Column("drill", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("received_at", columns.Instant(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("root", columns.Sha256(length=32), nullable=False),
        sa.Column("taken_at", columns.Instant(), nullable=False),
        sa.Column("agent_at", columns.Instant(), nullable=False),
        sa.Column("second_at", columns.Instant(), nullable=True),
        sa.Column("confirmed_at", columns.Instant(), nullable=False),
        sa.Column("gap_from", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["drill", "host"], ["drill_hosts.drill", "drill_hosts.host"], name=op.f("fk_drill_journal_drill_host")
        ),
        sa.PrimaryKeyConstraint("drill", "host", "received_at", name=op.f("pk_drill_journal")),
    )
    op.create_index(op.f("ix_drill_journal_root"), "drill_journal", ["root"], unique=False)
    op.create_table(
        "drill_references",
        sa.Column("drill", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("reference", columns.Sha256(length=32), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["drill", "host"], ["drill_hosts.drill", "drill_hosts.host"], name=op.f("fk_drill_references_drill_host")
        ),
        sa.PrimaryKeyConstraint("drill", "host", "reference", name=op.f("pk_drill_references")),
    )

    op.bulk_insert(
        sa.table("drill_revision", sa.column("id", sa.Integer()), sa.column("revision", sa.BigInteger())),
        [{"id": 1, "revision": 0}],
    )
