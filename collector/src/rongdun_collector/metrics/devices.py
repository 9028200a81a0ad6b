"""The wire: devices with and without an agent, hosts that left it, segments that are watched."""

from collections import Counter

from rongdun_collector.metrics.metric import Metric, Values
from rongdun_collector.metrics.snapshot import Snapshot


def _devices(snapshot: Snapshot) -> Values:
    """A device counts for the unit of the first host that sees it."""
    counted: Counter[tuple[str, ...]] = Counter()
    for device in snapshot.wire.devices:
        unit = device.segments[0].unit if device.segments else None
        counted[unit or "", "with" if device.hosts else "without", device.presence] += 1
    return list(counted.items())


def _hosts(snapshot: Snapshot) -> Values:
    counted = Counter((one.host.unit or "", one.presence, one.host.presence) for one in snapshot.wire.hosts)
    return list(counted.items())


def _segments(snapshot: Snapshot) -> Values:
    """Both values for each unit that watches anything, so that a segment that falls deaf is a change of a number."""
    counted = Counter((one.unit or "", one.listening) for one in snapshot.wire.segments)
    for unit in sorted({one.unit or "" for one in snapshot.wire.segments}):
        for listening, word in ((True, "true"), (False, "false")):
            yield (unit, word), counted[unit, listening]


METRICS = (
    Metric(
        "rongdun_wire_devices",
        "Link addresses seen on watched segments, by the watching host's unit, with or without an agent, and presence "
        "on the wire (present, gone, unknown).",
        ("unit", "agent", "presence"),
        _devices,
    ),
    Metric(
        "rongdun_wire_hosts",
        "Hosts of the fleet seen on watched segments, by unit, presence on the wire, and whether their agents report: "
        "gone and silent left, present and silent means that the agent is dead.",
        ("unit", "wire", "presence"),
        _hosts,
    ),
    Metric(
        "rongdun_wire_segments",
        "Segments that discovery services watch, by unit; listening=false: nobody listens there now.",
        ("unit", "listening"),
        _segments,
    ),
)
