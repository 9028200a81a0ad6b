"""What Alembic runs: the connection comes from `store.migrate`, inside its transaction."""

from alembic import context

from rongdun_collector.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by making it anew
    user_module_prefix="columns.",
)
with context.begin_transaction():
    context.run_migrations()
