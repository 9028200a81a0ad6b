"""The first schema."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from rongdun_collector.store.tables import columns

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "administrators",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_administrators")),
    )
    op.create_table(
        "documents",
        sa.Column("digest", columns.Sha256(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_documents")),
    )
    op.create_table(
        "manifests",
        sa.Column("root", columns.Sha256(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("root", name=op.f("pk_manifests")),
    )
    op.create_table(
        "read_keys",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", columns.Sha256(length=32), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_read_keys")),
        sa.UniqueConstraint("secret", name=op.f("uq_read_keys_secret")),
    )
    op.create_table(
        "result_sets",
        sa.Column("digest", columns.Sha256(length=32), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("not_applicable", sa.Integer(), nullable=False),
        sa.Column("critical", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("medium", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("made_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_result_sets")),
    )
    op.create_table(
        "rulesets",
        sa.Column("digest", columns.Sha256(length=32), nullable=False),
        sa.Column("in_force_since", columns.Instant(), nullable=False),
        sa.Column("packs", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_rulesets")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("name", name=op.f("uq_units_name")),
    )
    op.create_table(
        "sessions",
        sa.Column("secret", columns.Sha256(length=32), nullable=False),
        sa.Column("administrator", sa.Text(), nullable=False),
        sa.Column("form_token", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("seen_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["administrator"], ["administrators.name"], name=op.f("fk_sessions_administrator"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("secret", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_administrator"), ["administrator"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "systems",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_systems_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_systems")),
        sa.UniqueConstraint("name", name=op.f("uq_systems_name")),
    )
    with op.batch_alter_table("systems", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_systems_unit"), ["unit"], unique=False)

    op.create_table(
        "enrolment_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret", columns.Sha256(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("system", sa.Text(), nullable=True),
        sa.Column("uses_allowed", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("expires_at", columns.Instant(), nullable=False),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["system"], ["systems.id"], name=op.f("fk_enrolment_tokens_system")),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_enrolment_tokens_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_tokens")),
        sa.UniqueConstraint("secret", name=op.f("uq_enrolment_tokens_secret")),
    )
    op.create_table(
        "hosts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hostname", sa.Text(), nullable=False),
        sa.Column("machine_id", sa.Text(), nullable=True),
        sa.Column("dmi_uuid", sa.Text(), nullable=True),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("system", sa.Text(), nullable=True),
        sa.Column("enrolled_at", columns.Instant(), nullable=False),
        sa.Column("retired_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["system"], ["systems.id"], name=op.f("fk_hosts_system")),
        sa.ForeignKeyConstraint(["unit"], ["units.id"], name=op.f("fk_hosts_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosts")),
    )
    with op.batch_alter_table("hosts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hosts_dmi_uuid"), ["dmi_uuid"], unique=False)
        batch_op.create_index(batch_op.f("ix_hosts_hostname"), ["hostname"], unique=False)
        batch_op.create_index(batch_op.f("ix_hosts_machine_id"), ["machine_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hosts_system"), ["system"], unique=False)
        batch_op.create_index(batch_op.f("ix_hosts_unit"), ["unit"], unique=False)

    op.create_table(
        "conflicts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=True),
        sa.Column("since", columns.Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_conflicts_host")),
        sa.ForeignKeyConstraint(["other"], ["hosts.id"], name=op.f("fk_conflicts_other")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
    )
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflicts_host"), ["host"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflicts_other"), ["other"], unique=False)

    op.create_table(
        "credentials",
        sa.Column("secret", columns.Sha256(length=32), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_credentials_host")),
        sa.PrimaryKeyConstraint("secret", name=op.f("pk_credentials")),
    )
    with op.batch_alter_table("credentials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credentials_host"), ["host"], unique=False)

    op.create_table(
        "enrolments",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("at", columns.Instant(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("claims", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_enrolments_host")),
        sa.ForeignKeyConstraint(["token"], ["enrolment_tokens.id"], name=op.f("fk_enrolments_token")),
        sa.PrimaryKeyConstraint("token", "nonce", name=op.f("pk_enrolments")),
    )
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolments_host"), ["host"], unique=False)

    op.create_table(
        "epochs",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("started_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_epochs_host")),
        sa.PrimaryKeyConstraint("host", "epoch", name=op.f("pk_epochs")),
    )
    op.create_table(
        "evaluations",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("inputs", columns.Sha256(length=32), nullable=False),
        sa.Column("root", columns.Sha256(length=32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.Text(), nullable=True),
        sa.Column("volatile_at", columns.Instant(), nullable=True),
        sa.Column("valid_until", columns.Instant(), nullable=True),
        sa.Column("evaluated_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_evaluations_host")),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_evaluations")),
    )
    with op.batch_alter_table("evaluations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evaluations_valid_until"), ["valid_until"], unique=False)

    op.create_table(
        "gaps",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("merged", sa.BigInteger(), nullable=False),
        sa.Column("before", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_gaps_host")),
        sa.PrimaryKeyConstraint("host", "epoch", "first", name=op.f("pk_gaps")),
    )
    op.create_table(
        "host_probes",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("probes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_host_probes_host")),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_probes")),
    )
    op.create_table(
        "host_states",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("root", columns.Sha256(length=32), nullable=True),
        sa.Column("taken_at", columns.Instant(), nullable=True),
        sa.Column("confirmed_until", columns.Instant(), nullable=True),
        sa.Column("seen_at", columns.Instant(), nullable=True),
        sa.Column("health", sa.Text(), nullable=True),
        sa.Column("read_at", sa.Text(), nullable=True),
        sa.Column("volatile_at", columns.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_host_states_host")),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_states")),
    )
    op.create_table(
        "result_intervals",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("valid_from", columns.Instant(), nullable=False),
        sa.Column("valid_to", columns.Instant(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("result_set", columns.Sha256(length=32), nullable=False),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_result_intervals_host")),
        sa.PrimaryKeyConstraint("host", "valid_from", name=op.f("pk_result_intervals")),
    )
    with op.batch_alter_table("result_intervals", schema=None) as batch_op:
        batch_op.create_index(
            "ix_result_intervals_open",
            ["host"],
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        )
        batch_op.create_index("ix_result_intervals_valid_to", ["valid_to"], unique=False)

    op.create_table(
        "section_intervals",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("valid_from", columns.Instant(), nullable=False),
        sa.Column("valid_to", columns.Instant(), nullable=True),
        sa.Column("schema_number", sa.Integer(), nullable=True),
        sa.Column("facts", columns.Sha256(length=32), nullable=True),
        sa.Column("sources", columns.Sha256(length=32), nullable=True),
        sa.Column("unavailable", sa.Text(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_section_intervals_host")),
        sa.PrimaryKeyConstraint("host", "section", "valid_from", name=op.f("pk_section_intervals")),
    )
    with op.batch_alter_table("section_intervals", schema=None) as batch_op:
        batch_op.create_index("ix_section_intervals_facts", ["facts"], unique=False)
        batch_op.create_index(
            "ix_section_intervals_open",
            ["host", "section"],
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        )
        batch_op.create_index("ix_section_intervals_sources", ["sources"], unique=False)

    op.create_table(
        "volatile_sections",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("taken_at", columns.Instant(), nullable=False),
        sa.Column("schema_number", sa.Integer(), nullable=True),
        sa.Column("facts", columns.Sha256(length=32), nullable=True),
        sa.Column("facts_data", sa.LargeBinary(), nullable=True),
        sa.Column("sources_data", sa.LargeBinary(), nullable=True),
        sa.Column("unavailable", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["host"], ["hosts.id"], name=op.f("fk_volatile_sections_host")),
        sa.PrimaryKeyConstraint("host", "section", name=op.f("pk_volatile_sections")),
    )
