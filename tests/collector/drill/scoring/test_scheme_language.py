"""The page on the language says what the language is, and the command that checks schemes says what is wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from rongdun_collector.drill.scoring import parse_scheme
from rongdun_collector.drill.scoring.load import _LATER
from rongdun_collector.drill.scoring.scheme import AutoSignals, Head, Rounding
from rongdun_collector.drill.scoring.trace import Step
from tests.collector.drill.scoring.test_scheme_files import GOOD

PAGE = (Path(__file__).parents[4] / "docs/reference/scheme-language.md").read_text(encoding="utf-8")
PROGRAM = Path(sys.executable).parent / "rongdun-collector"


def test_the_example_on_the_page_is_a_scheme() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert parse_scheme(example.encode()).id == "city-2026"


@pytest.mark.parametrize("word", [*AutoSignals.model_fields, *Head.model_fields, *get_args(Rounding)])
def test_every_key_and_choice_is_on_the_page(word: str) -> None:
    assert re.search(rf"\b{word}\b", PAGE)


@pytest.mark.parametrize("key", sorted(key for keys in _LATER.values() for key in keys))
def test_every_key_that_is_refused_is_on_the_page(key: str) -> None:
    assert f"`{key}`" in PAGE


@pytest.mark.parametrize("step", get_args(Step), ids=lambda step: step.__name__)
def test_every_step_is_on_the_page_with_its_fields(step: type) -> None:
    kind = step.__dataclass_fields__["kind"].default  # type: ignore[attr-defined]  # every step is a dataclass
    (row,) = re.findall(rf"^\| `{kind}` \|(.*?)\|", PAGE, re.MULTILINE)
    assert re.findall(r"`(\w+)`", row) == [field.name for field in fields(step) if field.name != "kind"]


def test_lint_names_good_schemes_and_every_mistake_of_broken_ones(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "broken.yaml").write_text(GOOD.replace("missed: -20", "missed: 20") + "items: {}\n")
    done = subprocess.run(
        [PROGRAM, "scheme", "lint", "--schemes", tmp_path], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert done.stdout.startswith(f"{tmp_path}/good.yaml: small v1 sha256 ")
    assert [line.split(": ")[:2] for line in done.stderr.splitlines()] == [
        [f"{tmp_path}/broken.yaml:7", "auto_signals.missed"],
        [f"{tmp_path}/broken.yaml:9", "items"],
    ]


def test_lint_of_nothing_is_no_success(tmp_path: Path) -> None:
    done = subprocess.run(
        [PROGRAM, "scheme", "lint", "--schemes", tmp_path], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (2, f"{tmp_path}: has no scheme: name a file, or another folder\n")


def test_lint_without_a_file_checks_what_drills_can_use() -> None:
    done = subprocess.run([PROGRAM, "scheme", "lint"], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "first-drill v" in done.stdout
