"""What reads foreign packets is in one process, and in no other of the agent's."""

import subprocess
import sys

import pytest

from rongdun_agent.cli import COMMANDS

OTHERS = sorted(set(COMMANDS) - {"discover"})


def loaded_by(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return {name.partition(".")[0] for name in said.stdout.splitlines()}


@pytest.mark.parametrize("command", OTHERS)
def test_no_other_command_loads_scapy(command: str) -> None:
    assert "scapy" not in loaded_by(f"import rongdun_agent.commands.{command}")


def test_reading_all_facts_loads_no_scapy() -> None:
    """With every probe imported and run, the one of the devices among them."""
    run = "from rongdun_agent.host import Host\nfrom rongdun_agent.survey import survey\nsurvey(Host())"
    assert "scapy" not in loaded_by(run)


def test_a_cycle_and_a_watcher_load_no_scapy() -> None:
    code = "import pkgutil, rongdun_agent, importlib\n"
    code += "for found in pkgutil.walk_packages(rongdun_agent.__path__, 'rongdun_agent.'):\n"
    code += "    if not found.name.startswith(('rongdun_agent.discovery', 'rongdun_agent.supervisor')):\n"
    code += "        importlib.import_module(found.name)"
    assert "scapy" not in loaded_by(code)


def test_scapy_comes_without_what_it_would_bring_along() -> None:
    """Its cache is a pickle in the home directory; its cryptography is OpenSSL."""
    code = """
import os
from rongdun_agent.discovery import light_scapy
before = dict(os.environ)
with light_scapy.loading():
    import rongdun_agent.discovery.packets
from scapy.config import conf
from scapy.main import SCAPY_CACHE_FOLDER
assert SCAPY_CACHE_FOLDER is None
assert not conf.crypto_valid
assert not len(conf.manufdb)
assert dict(os.environ) == before
assert "cryptography" not in sys.modules
import cryptography
"""
    assert "scapy" in loaded_by(code)


def test_the_command_says_what_is_missing(tmp_path) -> None:
    settings = tmp_path / "discovery.toml"
    settings.write_text('[[segment]]\ninterface = "eth0"\n')
    code = "import sys\nsys.modules['scapy'] = None\nfrom rongdun_agent.cli import main\n"
    code += f"sys.exit(main(['discover', '--config', {str(settings)!r}, '--state', {str(tmp_path)!r}]))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, "rongdun-agent[discovery]" in ended.stderr) == (2, True), ended.stderr
