"""The house rules of CONTRIBUTING that no linter knows; they hold for every file that git tracks."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOUSE = Path(__file__).parent.parent
ROOMS = ("contract", "agent", "collector")
LONGEST_MODULE = 400
NAMES_THAT_SAY_NOTHING = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "base", "misc", "lib"}
TEXT_OF_OTHERS = {"LICENSE"}


def tracked(*patterns: str) -> list[Path]:
    """Return what git tracks, or everything under the patterns where this is no checkout (an unpacked archive)."""
    argv = ["git", "-C", str(HOUSE), "ls-files", "-z", "--", *patterns]
    said = subprocess.run(argv, capture_output=True, text=True, check=False)
    if said.returncode:
        pytest.skip("not a git checkout")
    return [HOUSE / name for name in said.stdout.split("\0") if name and (HOUSE / name).is_file()]


def sources() -> list[Path]:
    return tracked("contract/src/*.py", "agent/src/*.py", "collector/src/*.py")


def texts() -> list[tuple[Path, str]]:
    """Return every tracked text; pictures and recorded bytes are none."""
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content and path.name not in TEXT_OF_OTHERS:
            found.append((path, content.decode("utf-8", errors="replace")))
    return found


def test_no_module_has_a_name_that_says_nothing() -> None:
    """A module called `utils` is where the second idea goes to hide."""
    vague = [
        str(path.relative_to(HOUSE))
        for path in tracked("*.py")
        if NAMES_THAT_SAY_NOTHING & set(path.relative_to(HOUSE).with_suffix("").parts)
    ]
    assert vague == []


def test_no_module_is_too_long_to_read() -> None:
    lengths = {str(path.relative_to(HOUSE)): path.read_text("utf-8").count("\n") for path in sources()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


ALLOWED_BROAD = {
    "agent/src/rongdun_agent/survey.py",  # one probe
    "contract/src/rongdun_contract/evaluate/__init__.py",  # one rule
    "collector/src/rongdun_collector/intake.py",  # one request
    "agent/src/rongdun_agent/discovery/packets.py",  # one frame, made by anybody: ADR 9
    "agent/src/rongdun_agent/cli.py",  # the top of a process
    "collector/src/rongdun_collector/cli/__init__.py",  # the top of a process
}


def swallows(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler takes any exception and goes on; one that tidies up and raises again does not."""
    caught = [] if handler.type is None else [node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)]
    broad = handler.type is None or {"Exception", "BaseException"} & set(caught)
    last = handler.body[-1]
    return bool(broad) and not (isinstance(last, ast.Raise) and last.exc is None)


def test_broad_excepts_stand_in_four_places() -> None:
    """Around one probe, one rule, one request, and at the top of a process; anywhere else a bug is swallowed."""
    found = {
        str(path.relative_to(HOUSE))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler) and swallows(node)
    }
    assert found - ALLOWED_BROAD == set()


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("the place of this checkout", rf"(?<![\w./-]){re.escape(str(HOUSE))}\b"),
        ("the address of a package index", r"\b(pypi\.org|pythonhosted\.org|registry\.npmjs\.org)\b"),
        ("a private mirror", r"--(extra-)?index-url|--find-links|--trusted-host"),
        ("a private key", r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n"),
    ],
)
def test_nothing_tracked_carries(what: str, pattern: str) -> None:
    """A clone must work elsewhere: in an air gap, behind another mirror, on another machine."""
    wrong = re.compile(pattern)
    here = Path(__file__)
    found = [
        f"{path.relative_to(HOUSE)}:{text.count(chr(10), 0, hit.start()) + 1}: {hit.group()}"
        for path, text in texts()
        if path != here
        for hit in [wrong.search(text)]
        if hit
    ]
    assert found == [], what


def test_pages_load_nothing_from_elsewhere() -> None:
    """The console must look the same in an air gap."""
    remote = re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import\s+["']?https?:""")
    assets = tracked("collector/src/*.html", "collector/src/*.css", "collector/src/*.js", "collector/src/*.svg")
    assert [str(path.relative_to(HOUSE)) for path in assets if remote.search(path.read_text("utf-8"))] == []


def distribution(room: str) -> dict[str, Requirement]:
    with (HOUSE / room / "pyproject.toml").open("rb") as file:
        named = tomllib.load(file)["project"]["dependencies"]
    return {canonicalize_name(wanted.name): wanted for wanted in map(Requirement, named)}


def pins(name: str) -> dict[str, str]:
    lines = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (HOUSE / "requirements" / name).read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(package): version for package, version in lines}


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_distribution_needs_is_pinned_within_its_bounds(room: str) -> None:
    """Otherwise `make demo` runs with versions that an installed package would refuse."""
    pinned = pins("run.txt")
    for name, wanted in distribution(room).items():
        if not name.startswith("rongdun-"):
            assert wanted.specifier.contains(pinned.get(name, "0")), f"{room}: {wanted} against {pinned.get(name)}"


def test_what_the_extra_needs_is_pinned_alike_wherever_it_is_shipped() -> None:
    """The package of discovery, and an environment with the extra, must dissect packets with the same code."""
    with (HOUSE / "agent/pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    for wanted in map(Requirement, extras["discovery"]):
        version = pins("run.txt").get(wanted.name, "0")
        assert wanted.specifier.contains(version)
        assert pins("discovery.txt")[wanted.name] == version


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    shipped = pins("run.txt")
    assert shipped.items() <= pins("dev.txt").items()


def test_the_agent_needs_no_more_than_the_contract() -> None:
    """It runs on every government host: each further dependency is an argument with every operator."""
    assert set(distribution("agent")) == {"rongdun-contract"}
    assert set(distribution("contract")) == {"pydantic", "pyyaml"}


def test_every_change_file_says_its_kind() -> None:
    kinds = {"added", "changed", "fixed", "removed", "security"}
    named = [path.name for path in tracked("changelog.d/*.md") if path.name != "README.md"]
    assert [name for name in named if name.split(".")[-2] not in kinds] == []


def test_programs_of_the_repository_can_be_run() -> None:
    """A lost run bit shows on somebody else's machine first."""
    scripts = [path for path, text in texts() if text.startswith("#!") and HOUSE / "tests/hosts" not in path.parents]
    assert [str(path.relative_to(HOUSE)) for path in scripts if not path.stat().st_mode & 0o100] == []
