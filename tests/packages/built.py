"""The packages that were built: which files there are, what they hold, and a next version of one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("RONGDUN_PACKAGES", HOUSE / "dist/packages"))
HOW = "none was built: make packages (minutes, at first)"
DEB_ARCHES = {"amd64": "x86_64", "arm64": "aarch64", "all": "noarch"}


@dataclass(frozen=True)
class Package:
    """One built file; `name` without version, `arch` in rpm's words."""

    file: Path
    kind: str
    name: str
    version: str
    arch: str

    def unpack(self, to: Path) -> Path:
        """Unpack what it puts on a host into a folder and return that."""
        to.mkdir(parents=True)
        if self.kind == "deb":
            _must("dpkg-deb", "-x", self.file, to)
        elif self.kind == "rpm":
            archive = subprocess.run(["rpm2cpio", self.file], capture_output=True, check=True).stdout
            subprocess.run(["cpio", "-idm", "--quiet"], input=archive, cwd=to, check=True)
        else:
            _must("tar", "-C", to, "--strip-components=2", "--wildcards", "-xpf", self.file, "*/root/*")
        return to


def packages(kind: str = "", name: str = "", arch: str = "") -> list[Package]:
    """Return the newest built file of each kind, name and architecture that is asked for; empty: of any."""
    found: dict[tuple[str, str, str], Package] = {}
    for file in sorted(FOLDER.glob("rongdun-agent*"), key=lambda path: path.stat().st_mtime):
        package = _package(file)
        if package and kind in {"", package.kind} and name in {"", package.name} and arch in {"", package.arch}:
            found[package.kind, package.name, package.arch] = package
    return [found[key] for key in sorted(found)]


def each(kind: str = "", name: str = "", arch: str = "") -> list[object]:
    """Return parameters for tests: the ids name the files that are used, and none at all is a skip that says how to."""
    asked = " ".join(filter(None, (name or "package", arch, kind)))
    skip = pytest.param(None, marks=pytest.mark.skip(reason=f"{asked}: {HOW}"), id="none-built")
    return [pytest.param(package, id=package.file.name) for package in packages(kind, name, arch)] or [skip]


def next_version(package: Package, version: str, work: Path) -> Package:
    """Return the same .deb or tarball under a higher version, which its agent says too."""
    tree, file = work / "next", work / package.file.name.replace(package.version, version)
    if package.kind == "deb":
        _must("dpkg-deb", "-R", package.file, tree)
        _renumber(tree / "DEBIAN/control", package.version, version)
        _renumber(_metadata(tree), package.version, version)
        _must("dpkg-deb", "-Zgzip", "-z1", "--root-owner-group", "-b", tree, file)
    else:
        tree.mkdir()
        _must("tar", "-C", tree, "-xpf", package.file)
        top = next(tree.iterdir()).rename(tree / file.name.removesuffix(".tar.gz"))
        _renumber(_metadata(top / "root"), package.version, version)
        _must("tar", "-C", tree, "--use-compress-program=gzip -1", "-cf", file, top.name)
    shutil.rmtree(tree)
    return Package(file, package.kind, package.name, version, package.arch)


def _package(file: Path) -> Package | None:
    for kind, pattern in {
        "deb": r"(?P<name>[a-z-]+)_(?P<version>[^_]+)_(?P<arch>\w+)\.deb",
        "rpm": r"(?P<name>[a-z-]+)-(?P<version>\d[^-]*)-1\.(?P<arch>\w+)\.rpm",
        "tar": r"(?P<name>[a-z-]+)-(?P<version>\d[^-]*)-linux-(?P<arch>\w+)\.tar\.gz",
    }.items():
        if found := re.fullmatch(pattern, file.name):
            arch = found["arch"]
            return Package(file, kind, found["name"], found["version"], DEB_ARCHES.get(arch, arch))
    return None


def _metadata(root: Path) -> Path:
    return next((root / "opt/rongdun/python/lib").glob("python3.*/site-packages/rongdun_agent-*.dist-info/METADATA"))


def _renumber(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert f"\nVersion: {old}\n" in text
    file.write_text(text.replace(f"\nVersion: {old}\n", f"\nVersion: {new}\n", 1), "utf-8")


def _must(*argv: object) -> None:
    subprocess.run([str(word) for word in argv], check=True, capture_output=True, timeout=300)
