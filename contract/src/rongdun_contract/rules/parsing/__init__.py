"""Conditions as authors write them, checked against the section models."""

from rongdun_contract.rules.parsing.context import At, Context
from rongdun_contract.rules.parsing.forms import parse_condition

__all__ = ["At", "Context", "parse_condition"]
