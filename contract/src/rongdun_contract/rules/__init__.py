"""The rule language: packs of rules, what may stand in them, and what they are checked against."""

from collections.abc import Mapping
from pathlib import Path

from rongdun_contract.facts import SECTIONS, SectionSpec
from rongdun_contract.rules.compiled import build_pack, load_compiled, parse_compiled
from rongdun_contract.rules.problems import PackError, Problem
from rongdun_contract.rules.rule import SEVERITIES, Pack, Rule, Severity

__all__ = [
    "SEVERITIES",
    "Pack",
    "PackError",
    "Problem",
    "Rule",
    "Severity",
    "build_pack",
    "load_compiled",
    "load_pack",
    "parse_compiled",
]


def load_pack(directory: Path, sections: Mapping[str, SectionSpec] = SECTIONS) -> Pack:
    """Read a pack of YAML files; raises PackError with every problem of every file."""
    from rongdun_contract.rules.pack import load_pack as load  # noqa: PLC0415 - YAML is slow to import, built packs need none

    return load(directory, sections)
