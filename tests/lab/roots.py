"""Debian roots: built once by mmdebstrap, kept as tar files, unpacked per test run, entered by chroot."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.lab.locks import locked
from tests.lab.missing import give_up, need_program, need_root

Suite = Literal["bullseye", "bookworm", "trixie"]
SUITES: tuple[Suite, ...] = ("bullseye", "bookworm", "trixie")
SMALLEST = ("systemd", "systemd-sysv", "dbus", "iproute2", "procps", "python3", "ca-certificates", "apt")
BUILD_TIMEOUT_S = 900
CLEAN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root"}


@dataclass(frozen=True)
class Root:
    """One unpacked Debian root; shared ones are never written to, `copy` makes one that may be."""

    suite: Suite
    path: Path

    def run(self, *argv: str, stdin: str = "", timeout_s: float = 20) -> subprocess.CompletedProcess[str]:
        """Run a program inside, in process and mount namespaces of its own; at the timeout all of it is killed."""
        enter = ("unshare", "--pid", "--fork", "--kill-child", "--mount", "--propagation", "private", "chroot")
        return subprocess.run(
            [*enter, str(self.path), *argv],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=timeout_s,
            env=CLEAN,
            check=False,
        )

    def copy(self, to: Path) -> Root:
        """Copy the whole root to a new directory (about a second) that a test may change."""
        _must(["cp", "-a", "--reflink=auto", str(self.path), str(to)], 120)
        return Root(self.suite, to)


def cache() -> Path:
    """Return where built roots stay between runs; removing it makes the next run build current ones."""
    if said := os.environ.get("RONGDUN_LAB_CACHE"):
        return Path(said)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rongdun-lab"


def root_tar(suite: Suite, packages: tuple[str, ...], *, python: bool = True) -> Path:
    """Return the tar file of a root with these packages beside the smallest system, building it when it is new."""
    need_root("a Debian root is built with device nodes and entered by chroot")
    need_program("mmdebstrap", "mmdebstrap debian-archive-keyring")
    wanted = ",".join(sorted({*SMALLEST, *packages} - (set() if python else {"python3"})))
    label = "-".join(sorted(packages))[:60] or "smallest"
    tar = cache() / f"{suite}-{label}-{hashlib.sha256(wanted.encode()).hexdigest()[:8]}.tar"
    with locked(tar.with_suffix(".lock")):
        if not tar.exists():
            _build(suite, wanted, tar)
    return tar


def unpack(suite: Suite, packages: tuple[str, ...], to: Path, *, python: bool = True) -> Root:
    """Unpack a root into a directory that does not exist yet (1 to 2 seconds), with a Python in it or without."""
    tar = root_tar(suite, packages, python=python)
    to.mkdir(parents=True)
    _must(["tar", "-C", str(to), "--numeric-owner", "-xpf", str(tar)], 180)
    return Root(suite, to)


def libraries_of(suite: Suite, architecture: str, to: Path) -> Path:
    """Unpack the C library of another architecture, which user-mode emulation needs; nothing of it is run or set up."""
    need_program("mmdebstrap", "mmdebstrap debian-archive-keyring")
    tar = cache() / f"{suite}-{architecture}-libraries.tar"
    with locked(tar.with_suffix(".lock")):
        if not tar.exists():
            _build(suite, "libc6,libgcc-s1", tar, "--variant=extract", f"--architectures={architecture}")
    to.mkdir(parents=True)
    _must(["tar", "-C", str(to), "--exclude=./dev/*", "-xf", str(tar)], 180)
    return to


def remove(tree: Path) -> None:
    """Remove unpacked roots; they hold device nodes and root's own files, so only what we made ourselves is named."""
    _must(["rm", "-rf", "--one-file-system", "--", str(tree)], 180)


def _build(suite: Suite, wanted: str, tar: Path, *options: str) -> None:
    partial = tar.with_suffix(f".{os.getpid()}.partial")
    argv = ["mmdebstrap", "--quiet", "--format=tar", *(options or ("--variant=minbase",)), f"--include={wanted}"]
    argv += ['--aptopt=Acquire::Check-Valid-Until "false"', '--aptopt=Acquire::Retries "3"']
    try:
        done = subprocess.run(
            [*argv, suite, str(partial), *_sources(suite)],
            capture_output=True,
            text=True,
            timeout=BUILD_TIMEOUT_S,
            check=False,
        )
        if done.returncode:
            give_up(f"no {suite} root: mmdebstrap said: {done.stderr.strip()[-600:]}")
        partial.rename(tar)
    finally:
        partial.unlink(missing_ok=True)


def _sources(suite: Suite) -> list[str]:
    """Take the archive from apt's own configuration: this machine knows which mirror it may reach."""
    argv = ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"]
    said = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout
    known: dict[str, str] = {}
    for label, _, address in (line.partition(" ") for line in said.splitlines()):
        known.setdefault(label, address.rstrip("/"))
    if "Debian" not in known:
        give_up(f"no {suite} root: apt lists no Debian archive (run apt-get update first)")
    lines = [f"deb {known['Debian']} {suite} main"]
    if "Debian-Security" in known:
        lines.append(f"deb {known['Debian-Security']} {suite}-security main")
    return lines


def _must(argv: list[str], timeout_s: float) -> None:
    subprocess.run(argv, check=True, capture_output=True, timeout=timeout_s)
