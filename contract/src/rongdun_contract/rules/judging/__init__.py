"""Conditions as closures over plain JSON facts: one to judge, one to say what made it so."""

from rongdun_contract.rules.judging.compose import compile_condition
from rongdun_contract.rules.judging.frame import TOP, Atom, Frame, Judge, Run

__all__ = ["TOP", "Atom", "Frame", "Judge", "Run", "compile_condition"]
