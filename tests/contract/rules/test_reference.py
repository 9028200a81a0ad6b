from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rongdun_contract.facts import SECTIONS
from rongdun_contract.rules.logic import Truth
from rongdun_contract.rules.matchers import MATCHERS
from rongdun_contract.rules.reference import pages

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def test_the_committed_pages_are_those_that_the_code_makes() -> None:
    """`make generate` was forgotten, otherwise."""
    stale = [name for name, text in pages().items() if (REFERENCE / name).read_text("utf-8") != text]
    assert stale == []


def test_the_module_writes_its_pages(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "rongdun_contract.rules.reference", str(tmp_path)], check=True)
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == pages()


def test_every_matcher_section_and_truth_value_is_in_the_pages() -> None:
    made = pages()
    assert all(f"| `{name}` |" in made["matchers.md"] for name in MATCHERS)
    assert all(f"\n## {name}\n" in made["facts.md"] for name in SECTIONS)
    assert all(f"| {truth.value} |" in made["logic.md"] for truth in Truth)


def test_the_language_page_names_every_matcher() -> None:
    text = (REFERENCE / "rule-language.md").read_text("utf-8")
    assert [name for name in MATCHERS if f"`{name}`" not in text] == []


def test_the_facts_page_tells_what_may_be_absent_and_what_unknown() -> None:
    rows = {line.split("|")[1].strip(): line for line in pages()["facts.md"].splitlines() if line.startswith("| `")}
    assert "| yes | yes |" in rows['`parameters["…"].running`']
    assert "By UID_MIN of login.defs(5)" in rows["`users[…].kind`"]
