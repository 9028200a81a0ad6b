"""Packages where this laboratory can only imitate: an rpm database in a Debian root, another architecture emulated."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lab import roots
from tests.lab.missing import need_program, need_root
from tests.lab.roots import Root
from tests.packages.built import HOW, Package, each, packages
from tests.packages.test_hosts import LEFT_BY_OTHERS


@pytest.mark.root
@pytest.mark.slow
@pytest.mark.parametrize("package", each("rpm", "rongdun-agent", "x86_64"))
def test_an_rpm_installs_upgrades_and_erases_in_an_imitated_root(
    package: Package, debian_root: Callable[..., Root], tmp_path: Path
) -> None:
    """No rpm distribution is within reach; rpm itself, its scripts and an empty database are real."""
    need_root("rpm changes into the root")
    need_program("rpm", "rpm")
    root = debian_root("trixie", python=False).copy(tmp_path / "root")
    before = listing(root.path)

    def rpm(*words: object) -> str:
        argv = ["rpm", "--root", root.path, *words]
        done = subprocess.run([str(w) for w in argv], capture_output=True, text=True, timeout=300, check=False)
        assert (done.returncode, "scriptlet failed" in done.stderr) == (0, False), done.stderr
        return done.stdout

    rpm("--initdb")
    anyway = ("--nodeps", "--force-debian")  # it asks for an rpm's glibc, and would rather have alien do it
    rpm("-i", *anyway, package.file)
    assert rpm("-q", "rongdun-agent").startswith(f"rongdun-agent-{package.version}-1.")
    assert rpm("-V", "--nodeps", "rongdun-agent") == ""
    assert "rongdun:x:" in (root.path / "etc/passwd").read_text()
    assert (root.path / "var/lib/rongdun").stat().st_mode & 0o7777 == 0o700
    wants = root.path / "etc/systemd/system/multi-user.target.wants/rongdun-agent.service"
    assert wants.is_symlink(), "not enabled"
    assert root.run("rongdun-agent", "scan", "--format", "json", timeout_s=60).returncode in {0, 1}
    (root.path / "var/lib/rongdun/credential.json").write_text("{}")
    rpm("-U", "--replacepkgs", *anyway, package.file)
    assert (root.path / "var/lib/rongdun/credential.json").read_text() == "{}"
    rpm("-e", *anyway[1:], "rongdun-agent")
    root.run(
        "sh",
        "-c",
        "rm -rf /etc/rongdun /var/lib/rongdun /var/lib/rongdun-discovery; userdel rongdun; userdel rongdun-discovery",
    )
    of_rpm = ("/root/.rpmdb", "/var/lib/rpm", "/var/log", "/run")
    left = {name for name in listing(root.path) - before if not name.startswith(of_rpm)}
    assert left - LEFT_BY_OTHERS == set()


def listing(root: Path) -> set[str]:
    return {f"/{path.relative_to(root)}" for path in root.rglob("*")}


@pytest.mark.slow
@pytest.mark.parametrize("package", each("deb", "rongdun-agent", "aarch64"))
def test_on_aarch64_it_says_of_a_host_what_it_says_on_x86_64(
    package: Package, debian_root: Callable[..., Root], tmp_path: Path
) -> None:
    """The same code on another processor, its interpreter and its libraries run by emulation."""
    need_root("a root to read is unpacked with its owners")
    emulator = need_program("qemu-aarch64-static", "qemu-user-static")
    native = packages("deb", "rongdun-agent", "x86_64")
    if not native:
        pytest.skip(f"nothing to compare with: x86_64: {HOW}")
    host = debian_root("bullseye", python=False).path
    libraries = roots.libraries_of("bookworm", "arm64", tmp_path / "libraries")
    theirs = python_of(package, tmp_path / "aarch64")
    ours = python_of(native[0], tmp_path / "x86_64")
    emulated = [str(emulator), "-L", str(libraries), theirs]
    said = subprocess.run(
        [*emulated, "-I", "-c", "import os; print(os.uname().machine)"], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "aarch64"
    for words in (["facts"], ["scan", "--format", "json"]):
        command = [*words, "--root", str(host)]
        assert without_times(asked(emulated, command)) == without_times(asked([ours], command))


def python_of(package: Package, to: Path) -> str:
    return str(package.unpack(to) / "opt/rongdun/python/bin/python3.13")


def asked(python: list[str], words: list[str]) -> Any:
    argv = [*python, "-I", "-B", "-m", "rongdun_agent.cli", *words]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout)


def without_times(value: Any) -> Any:
    """Leave out how long things took and when they were looked at."""
    if isinstance(value, dict):
        return {
            key: without_times(item) for key, item in value.items() if key not in {"seconds", "taken_at", "valid_until"}
        }
    return [without_times(item) for item in value] if isinstance(value, list) else value
