"""What a test needs and this machine lacks: a skip with its reason, or a failure where nothing may be skipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

NO_SKIPS = "RONGDUN_LAB_REQUIRED"
"""Set to 1 by CI, where everything can be installed and a silent skip would be a hole in the net."""


def give_up(reason: str) -> NoReturn:
    """Skip the calling test, or fail it where the environment says that the laboratory must be complete."""
    if os.environ.get(NO_SKIPS) == "1":
        pytest.fail(f"{reason} ({NO_SKIPS}=1 allows no skip)", pytrace=False)
    pytest.skip(reason)


def need_root(why: str) -> None:
    """Give up unless this process is root."""
    if os.geteuid() != 0:
        give_up(f"needs root: {why}")


def need_program(name: str, package: str) -> Path:
    """Return where a program lies, or give up naming the Debian package that brings it."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        give_up(f"needs {name}: apt-get install {package}")
    return Path(found)
