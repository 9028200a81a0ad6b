"""The register's names, to be joined with series that carry ids."""

from rongdun_collector.metrics.metric import Metric

METRICS = (
    Metric(
        "rongdun_unit_info",
        "A responsible unit and its name: join on the label unit. Always 1.",
        ("unit", "name"),
        lambda snapshot: [((unit.id, unit.name), 1) for unit in snapshot.units],
    ),
    Metric(
        "rongdun_system_info",
        "An information system, its name, unit and level: join on the label system. Always 1.",
        ("system", "name", "unit", "level", "critical"),
        lambda snapshot: [
            ((one.id, one.name, one.unit, str(one.level), str(one.critical).lower()), 1) for one in snapshot.systems
        ],
    ),
)
