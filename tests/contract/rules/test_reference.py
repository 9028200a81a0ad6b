from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rongdun_contract.facts import SECTIONS
from rongdun_contract.rules.lint import lint_pack
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


def test_every_rule_in_the_language_page_is_one(tmp_path: Path) -> None:
    """An example that does not load teaches the wrong thing."""
    text = (REFERENCE / "rule-language.md").read_text("utf-8")
    blocks = [part.split("```")[0] for part in text.split("```yaml\n")[1:]]
    rule, pack, quantifier, params, cases = blocks
    head = rule.split("applies:")[0].replace("zh: …", "zh: 字")
    (tmp_path / "pack.yaml").write_text(pack.replace("zh: …", "zh: 字"), "utf-8")
    examples = {
        "ssh-root-login-off": rule.replace("zh: …", "zh: 字"),
        "new-superusers-absent": head.replace("ssh-root-login-off", "new-superusers-absent") + quantifier,
        "password-age-limited": head.replace("ssh-root-login-off", "password-age-limited") + params,
        "ipv4-forwarding-off": head.replace("ssh-root-login-off", "ipv4-forwarding-off")
        + """expect: {'sysctl.parameters["net.ipv4.ip_forward"].at_boot': {in: ["0", absent]}}\n""",
    }
    for name, example in examples.items():
        (tmp_path / f"{name}.yaml").write_text(example, "utf-8")
    (tmp_path / "ipv4-forwarding-off.cases.yaml").write_text(cases, "utf-8")
    problems = [str(problem) for problem in lint_pack(tmp_path).problems]
    assert [one for one in problems if "has no case that expects" not in one and "needs: rules read" not in one] == []


def test_the_facts_page_tells_what_may_be_absent_and_what_unknown() -> None:
    rows = {line.split("|")[1].strip(): line for line in pages()["facts.md"].splitlines() if line.startswith("| `")}
    assert "| yes | yes |" in rows['`parameters["…"].running`']
    assert "By UID_MIN of login.defs(5)" in rows["`users[…].kind`"]
