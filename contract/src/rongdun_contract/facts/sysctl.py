"""Effective kernel parameters: what runs now, and what the next boot will set."""

from rongdun_contract.facts.model import FactModel, Maybe


class Parameter(FactModel):
    """`running` from /proc/sys, absent when the kernel lacks the key; `at_boot` by sysctl.d(5), absent when unset."""

    running: Maybe[str | None] = None
    at_boot: Maybe[str | None] = None


class Sysctl(FactModel):
    """Parameters by dotted name; tabs between fields of one value become single spaces."""

    parameters: dict[str, Parameter] = {}
