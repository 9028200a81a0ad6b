"""What is installed on hosts is the wheel, not this checkout: it must carry its rules and start on its own."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

HOUSE = Path(__file__).parent.parent
CONTENT = ("linux-baseline.json", "drill-host.json", "gbt22239-2019.json")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the three wheels once, with the tools of this environment."""
    if not all((HOUSE / "agent/src/rongdun_agent/content" / name).exists() for name in CONTENT):
        pytest.fail("the agent's content is not built: run make content", pytrace=False)
    out = tmp_path_factory.mktemp("dist")
    for room in ("contract", "agent", "collector"):
        how = ["--wheel", "--no-isolation", "--outdir", str(out), str(HOUSE / room)]
        done = subprocess.run([sys.executable, "-m", "build", *how], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return {room: next(out.glob(f"rongdun_{room}-*.whl")) for room in ("contract", "agent", "collector")}


def needed_by(name: str) -> set[str]:
    """Return the names of all distributions that one needs, directly or not, on this platform."""
    found: set[str] = set()
    todo = [name]
    while todo:
        for line in distribution(todo.pop()).requires or []:
            wanted = Requirement(line)
            if (not wanted.marker or wanted.marker.evaluate({"extra": ""})) and wanted.name not in found:
                found.add(wanted.name)
                todo.append(wanted.name)
    return found


@pytest.fixture(scope="module")
def alone(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with the agent, the contract and what they say they need; nothing else can be imported from it."""
    site = tmp_path_factory.mktemp("site")
    for room in ("contract", "agent"):
        with zipfile.ZipFile(wheels[room]) as wheel:
            wheel.extractall(site)
    for name in needed_by("rongdun-agent") - {"rongdun-contract"}:
        for top in {
            file.parts[0] for file in distribution(name).files or [] if file.parts[0] not in ("..", "__pycache__")
        }:
            (site / top).symlink_to(Path(str(distribution(name).locate_file(top))))
    return site


def run_alone(site: Path, *args: str) -> subprocess.CompletedProcess[str]:
    start = "import sys; sys.path.insert(0, sys.argv.pop(1)); from rongdun_agent.cli import main; sys.exit(main())"
    argv = [sys.executable, "-I", "-S", "-c", start, str(site), *args]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)


def test_the_agents_wheel_carries_its_rules_and_nothing_of_the_collector(wheels: dict[str, Path]) -> None:
    """A scanner without rules answers nothing; a server's code has no business on a government host."""
    names = set(zipfile.ZipFile(wheels["agent"]).namelist())
    assert {f"rongdun_agent/content/{name}" for name in CONTENT} <= names
    assert {name.split("/")[0] for name in names} == {"rongdun_agent", "rongdun_agent-0.1.0.dist-info"}


def test_the_collectors_wheel_carries_its_pages(wheels: dict[str, Path]) -> None:
    names = zipfile.ZipFile(wheels["collector"]).namelist()
    sources = (HOUSE / "collector/src").rglob("*")
    data = {
        str(path.relative_to(HOUSE / "collector/src")) for path in sources if path.suffix in {".html", ".css", ".js"}
    }
    assert data <= set(names)


def test_the_collectors_wheel_carries_the_schemes_byte_for_byte(wheels: dict[str, Path]) -> None:
    """A drill pins a scheme by the digest of its bytes."""
    wheel = zipfile.ZipFile(wheels["collector"])
    shipped = sorted((HOUSE / "rules/schemes").glob("*.yaml"))
    assert shipped
    for path in shipped:
        assert wheel.read(f"rongdun_collector/content/schemes/{path.name}") == path.read_bytes()


def test_every_wheel_carries_the_licence(wheels: dict[str, Path]) -> None:
    for wheel in wheels.values():
        assert any(name.endswith("licenses/LICENSE") for name in zipfile.ZipFile(wheel).namelist())


def test_the_agent_scans_with_only_what_it_says_it_needs(alone: Path, tmp_path: Path) -> None:
    """An undeclared dependency works in every development environment and on no host."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12"\n')
    done = run_alone(alone, "scan", "--root", str(tmp_path), "--format", "json")
    assert done.returncode in {0, 1}, done.stderr
    said = json.loads(done.stdout)
    assert said["packs"][0]["id"] == "linux-baseline"
    assert len(said["findings"]) >= 60
