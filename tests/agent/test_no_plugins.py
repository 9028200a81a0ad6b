"""Pydantic's search for plugins costs a tenth of a scan; what stands in for it must never be missed by pydantic."""

from __future__ import annotations

import subprocess
import sys


def python(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process where nothing has been imported yet."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_facts_are_read_without_the_modules_that_the_search_needs() -> None:
    code = (
        "import sys, tempfile; from rongdun_agent.cli import main; root = tempfile.mkdtemp();"
        "status = main(['facts', 'os', 'files', '--root', root]);"
        "sys.exit(status or ' '.join({'importlib.metadata', 'email', 'zipfile'} & set(sys.modules)) or 0)"
    )
    done = python(code)
    assert done.returncode == 0, done.stderr
    assert '"os"' in done.stdout


def test_whatever_else_pydantic_may_want_of_the_module_is_there() -> None:
    """A later pydantic that asks for another name gets the real module, instead of ending the agent."""
    code = (
        "from rongdun_agent import no_plugins; no_plugins.stand_in();"
        "from pydantic.plugin._loader import PYDANTIC_ENTRY_POINT_GROUP as name; print(name)"
    )
    done = python(code)
    assert done.stdout == "pydantic\n", done.stderr


def test_where_pydantic_was_at_work_before_nothing_is_replaced() -> None:
    code = (
        "import pydantic.plugin._loader as real, sys; from rongdun_agent import no_plugins; no_plugins.stand_in();"
        "sys.exit(sys.modules['pydantic.plugin._loader'] is not real)"
    )
    assert python(code).returncode == 0


def test_the_process_ends_with_the_commands_status_and_all_that_it_printed() -> None:
    """It ends without taking the interpreter apart, so nothing may still stand in a buffer."""
    started = [sys.executable, "-m", "rongdun_agent.cli", "--help"]
    done = subprocess.run(started, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0
    assert done.stdout.rstrip().splitlines()[-1].strip()
    nothing = subprocess.run(started[:-1], capture_output=True, text=True, timeout=60, check=False)
    assert nothing.returncode == 2
    assert "scan" in nothing.stdout
