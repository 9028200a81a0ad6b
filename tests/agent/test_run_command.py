"""What `rongdun-agent run` becomes."""

from __future__ import annotations

import os
import py_compile
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from rongdun_agent.commands.run import compiled

MODES = py_compile.PycInvalidationMode


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a program; nothing is compiled yet."""
    written = tmp_path / "program.py"
    written.write_text("print('first')\n")
    return written


@pytest.mark.parametrize("mode", list(MODES), ids=lambda mode: mode.name)
def test_what_was_compiled_is_run(source: Path, mode: MODES) -> None:
    """Compiling costs the resident process a megabyte for as long as it lives."""
    py_compile.compile(str(source), invalidation_mode=mode, doraise=True)
    found = compiled(source)
    assert found == Path(cache_from_source(str(source)))
    said = subprocess.run([sys.executable, "-I", "-S", found], capture_output=True, text=True, check=True, timeout=30)
    assert said.stdout == "first\n"


@pytest.mark.parametrize("mode", list(MODES), ids=lambda mode: mode.name)
def test_what_was_compiled_of_another_version_is_not(source: Path, mode: MODES) -> None:
    """An upgrade that left old bytecode behind must not leave the old program running."""
    py_compile.compile(str(source), invalidation_mode=mode, doraise=True)
    before = source.stat()
    source.write_text("print('other')\n")
    os.utime(source, (before.st_atime, before.st_mtime + 1))
    assert compiled(source) == source


@pytest.mark.parametrize("left", [b"", b"\x00" * 4, b"\x00" * 64])
def test_what_is_damaged_is_not(source: Path, left: bytes) -> None:
    kept = Path(cache_from_source(str(source)))
    kept.parent.mkdir()
    kept.write_bytes(left)
    assert compiled(source) == source


def test_without_any_it_is_the_source(source: Path) -> None:
    assert compiled(source) == source
