"""The agent as hosts get it: wheels, installed into an environment of their own, bytecode compiled."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from pathlib import Path

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


def _python(python: str, module: str, *arguments: str) -> None:
    done = subprocess.run([python, "-m", module, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
