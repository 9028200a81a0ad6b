"""Points of a drill: a scheme, what happened, and the amounts with the steps that led to them. Nothing else."""

from rongdun_collector.drill.scoring.auto import AutoScore, PointLine, Signal, auto_points
from rongdun_collector.drill.scoring.load import load_scheme, parse_scheme
from rongdun_collector.drill.scoring.scheme import Scheme

__all__ = ["AutoScore", "PointLine", "Scheme", "Signal", "auto_points", "load_scheme", "parse_scheme"]
