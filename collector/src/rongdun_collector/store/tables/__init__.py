"""The schema, by subject. `METADATA` has every table; migrations bring a database there (see store/migrations)."""

from rongdun_collector.store.tables import access, devices, drills, facts, hosts, register, results
from rongdun_collector.store.tables.columns import METADATA

__all__ = ["METADATA", "access", "devices", "drills", "facts", "hosts", "register", "results"]
