"""The agent as hosts get it: wheels, installed into an environment of their own, bytecode compiled."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.packages.built import Package, each

HOUSE = Path(__file__).parent.parent.parent
PINNED = re.compile(r"^[\w.-]+==[\w.]+", re.MULTILINE)


def install(base: Path) -> Path:
    """Build and install the agent under `base`, with the versions that the tests use; return its program."""
    for room in ("contract", "agent"):
        _python(sys.executable, "build", "--wheel", "--no-isolation", "--outdir", str(base / "dist"), str(HOUSE / room))
    pins = base / "pins.txt"
    pins.write_text("\n".join(PINNED.findall((HOUSE / "requirements/run.txt").read_text())))
    venv.create(base / "venv", with_pip=False)  # no setuptools: its .pth file would be read at each start
    into = ("--python", str(base / "venv/bin/python"), "--quiet", "--disable-pip-version-check", "--no-input")
    wheels = [str(wheel) for wheel in (base / "dist").glob("*.whl")]
    _python(sys.executable, "pip", *into, "install", "--compile", "--constraint", str(pins), *wheels)
    return base / "venv/bin/rongdun-agent"


def kinds() -> list[object]:
    """Return what a fixture is asked for: None for wheels on the tests' own Python, and the package that was built."""
    return [pytest.param(None, id="wheels"), *each("tar", "rongdun-agent", os.uname().machine)]


def put(package: Package | None, base: Path) -> tuple[Path, tuple[str, ...]]:
    """Install a kind under `base`; return its program, and where the files of its interpreter lie."""
    if package is None:
        return install(base), (str(Path(sys.base_prefix).resolve()), str(Path(sys.executable).resolve()))
    return package.unpack(base) / "opt/rongdun/bin/rongdun-agent", (str(base),)


def _python(python: str, module: str, *arguments: str) -> None:
    done = subprocess.run([python, "-m", module, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
