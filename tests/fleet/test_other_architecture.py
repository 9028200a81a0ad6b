"""The package for aarch64 as a host's agent: its TLS, its spool and its probes on that processor, emulated."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fleet.collector import SecureCollector
from tests.fleet.conftest import serving
from tests.lab import roots
from tests.lab.missing import need_program
from tests.lab.roots import Root, Suite
from tests.packages.built import Package, each

pytestmark = [pytest.mark.root, pytest.mark.slow]

EMULATOR, LIBRARIES = "/usr/bin/qemu-aarch64-static", "/usr/lib/aarch64"
STATE = "/var/lib/rongdun"


@dataclass(frozen=True)
class Emulated:
    """A Debian root with the other processor's agent in it, entered in process and mount namespaces of its own.

    The emulator runs nothing but programs for that processor; those that the agent asks for remain the machine's own.
    """

    root: Path

    def agent(self, *words: str, text: str = "") -> str:
        """Run the agent by its emulated interpreter, with a /proc, and return what it prints."""
        python = f"{EMULATOR} -L {LIBRARIES} /opt/rongdun/python/bin/python3.13 -I -B -m rongdun_agent.cli"
        line = f'mount -t proc proc /proc && exec {python} "$@"'
        enter = ("unshare", "--pid", "--fork", "--kill-child", "--mount", "--propagation", "private", "chroot")
        argv = [*enter, str(self.root), "sh", "-c", line, "sh", *words, "--state", STATE]
        done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=280, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the C library that the emulated interpreter is linked with."""
    need_program("qemu-aarch64-static", "qemu-user-static")
    return roots.libraries_of("bookworm", "arm64", tmp_path_factory.mktemp("aarch64") / "libraries")


@pytest.mark.parametrize("package", each("deb", "rongdun-agent", "aarch64"))
def test_on_aarch64_it_enrols_over_tls_and_delivers_a_cycle(
    package: Package,
    libraries: Path,
    bare: dict[Suite, Root],
    both: tuple[SecureCollector, SecureCollector],
    tmp_path: Path,
) -> None:
    root = bare["bullseye"].copy(tmp_path / "root").path
    try:
        subprocess.run(["dpkg-deb", "-x", package.file, root], check=True)
        shutil.copytree(libraries, root / LIBRARIES.lstrip("/"), symlinks=True)
        shutil.copy(need_program("qemu-aarch64-static", "qemu-user-static"), root / EMULATOR.lstrip("/"))
        host = Emulated(root)
        with serving(both[0]) as collector:
            assert f"Enrolled at {collector.url}" in host.agent("enroll", "-", text=collector.token())
            assert "1 delivered, 0 on disk" in host.agent("run", "--once")
            (found,) = collector.hosts()
            assert collector.get(f"/v1/hosts/{found}/facts/accounts")["facts"]["users"]
            verdicts = {one["verdict"] for one in collector.get(f"/v1/hosts/{found}/findings")["findings"]}
            assert {"pass", "fail"} <= verdicts
    finally:
        roots.remove(root)
