"""docs/reference/metrics.md, made from the metrics themselves: python -m rongdun_collector.metrics.reference FILE."""

import sys
from pathlib import Path

from rongdun_collector.metrics import SOURCES
from rongdun_collector.metrics.metric import Metric

_HEAD = """# Metrics

`GET /metrics`, in Prometheus' text format. This page is made from the code; a test compares the two.

**The cardinality contract.** A reporting host has {per_host} series, whatever it fails; a silent one keeps {stale} of
them. Silent is a host that was not heard of for `silent_after_s` (two hours unless set): from then on its score, its
findings and its spool are no longer told, because they would look like the present; when it was last heard of stays. A
retired host has none. A drill has {per_drill} series, and each of its units in it at most {per_drill_unit}, while it is
open and for a day after; without a drill there are none. Everything else is summed up by unit, system, level, severity,
verdict, rule or clause, over reporting hosts; detail is for the API. A label without a value (a host of no unit) is
empty.

Series of the collector itself carry `instance`, because several processes may serve one database; all others are the
same from each of them, so scrape them all and take one, for example with `max without (instance)`.
"""


def reference() -> str:
    """The page."""
    metrics = [metric for found in SOURCES.values() for metric in found]
    per_host, stale = sum(one.per_host for one in metrics), sum(one.stale for one in metrics)
    per_drill, per_drill_unit = sum(one.per_drill for one in metrics), sum(one.per_drill_unit for one in metrics)
    head = _HEAD.format(per_host=per_host, stale=stale, per_drill=per_drill, per_drill_unit=per_drill_unit)
    parts = [head]
    parts += [_table(subject, found) for subject, found in SOURCES.items()]
    return "\n".join(parts)


def _table(subject: str, metrics: tuple[Metric, ...]) -> str:
    lines = [
        f"## {subject.capitalize()}",
        "",
        "| metric | type | labels | series at most | says |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{name(one)}` | {one.kind} | {', '.join(f'`{label}`' for label in one.labels)} | {_bound(one)} "
        f"| {one.help} |"
        for one in metrics
    ]
    return "\n".join(lines) + "\n"


def _bound(metric: Metric) -> str:
    """How many series there are at most, where there is a bound to promise."""
    bounds = ((metric.per_host, "host"), (metric.per_drill, "drill"), (metric.per_drill_unit, "unit of a drill"))
    return ", ".join(f"{count} per {what}" for count, what in bounds if count)


def name(metric: Metric) -> str:
    """The name as it is scraped."""
    return f"{metric.name}_total" if metric.kind == "counter" else metric.name


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
