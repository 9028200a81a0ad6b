"""Products that matter for protection, told by packages, files, processes and schedules; one list for each purpose."""

from rongdun_agent.products.recognise import Recognised, recognise

__all__ = ["Recognised", "recognise"]
