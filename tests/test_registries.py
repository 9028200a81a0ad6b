"""Explicit tables against their folders: an auditor reads one list, and nothing in the folder is missing from it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).parent.parent

TABLES = [
    pytest.param("rongdun_agent.probes", "PROBES", id="probes"),
    pytest.param("rongdun_contract.facts", "SECTIONS", id="sections"),
]
RULES = "*-*/*/*.yaml"
"""Of every pack, by its folder; the control frameworks and schemes beside them have no cases."""
NOT_A_SECTION = {"model"}
"""Modules of the facts package that hold no section: what all sections are made of."""


def modules_beside(package: str) -> set[str]:
    """Return the public modules and packages in a package's folder."""
    home = Path(str(import_module(package).__file__)).parent
    files = {path.stem for path in home.glob("*.py")}
    folders = {path.parent.name for path in home.glob("*/__init__.py")}
    return {name for name in files | folders if not name.startswith("_")}


def table(package: str, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(import_module(package), name)
    return found


@pytest.mark.parametrize(("package", "name"), TABLES)
def test_a_table_names_exactly_what_its_folder_holds(package: str, name: str) -> None:
    """A forgotten line would ship a probe that never runs, silently."""
    assert set(table(package, name)) == modules_beside(package) - NOT_A_SECTION


def test_every_section_has_its_probe() -> None:
    """A section that nothing fills would be `not probed` on every host, for ever."""
    assert set(table("rongdun_agent.probes", "PROBES")) == set(table("rongdun_contract.facts", "SECTIONS"))


def test_each_probe_is_its_modules_probe_function() -> None:
    """One name in five places: file, table, section, test, documentation."""
    for name, probe in table("rongdun_agent.probes", "PROBES").items():
        module = import_module(f"rongdun_agent.probes.{name}")
        assert probe is module.probe


def test_every_probe_has_its_tests() -> None:
    tests = {path.stem.removeprefix("test_") for path in (HOUSE / "tests/agent/probes").glob("test_*.py")}
    folders = {path.name for path in (HOUSE / "tests/agent/probes").iterdir() if path.is_dir()}
    assert set(table("rongdun_agent.probes", "PROBES")) - tests - folders == set()


def test_every_rule_has_its_cases() -> None:
    rules = {path for path in (HOUSE / "rules").glob(RULES) if not path.name.endswith(".cases.yaml")}
    without = [str(path.relative_to(HOUSE)) for path in rules if not path.with_suffix(".cases.yaml").exists()]
    assert rules
    assert sorted(without) == []


def test_no_cases_are_left_of_a_rule_that_is_gone() -> None:
    cases = (HOUSE / "rules").glob(RULES)
    cases = [path for path in cases if path.name.endswith(".cases.yaml")]
    assert cases
    assert [path.name for path in cases if not path.with_name(path.name.replace(".cases.yaml", ".yaml")).exists()] == []
