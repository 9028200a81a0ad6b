"""What is in the packages: all that a host needs, nothing that it must not get, and the same in all three kinds."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from deploy.packages.errors import BuildError
from deploy.packages.floor import check_floor, elf_files
from tests.packages.built import HOUSE, Package, each, packages

AGENT, DISCOVERY = "rongdun-agent", "rongdun-agent-discovery"
Unpacked = Callable[[Package], Path]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    """Return a function that unpacks a package once and returns the root with what it puts on a host."""
    return cache(lambda package: package.unpack(tmp_path_factory.mktemp("package") / "root"))


@pytest.mark.parametrize("package", each("deb"))
def test_a_deb_says_what_it_is(package: Package) -> None:
    said = subprocess.run(["dpkg-deb", "-f", package.file], capture_output=True, text=True, check=True).stdout
    fields = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line and line[0] != " ")
    assert (fields["Package"], fields["Version"]) == (package.name, package.version)
    assert fields["Depends"] == ("libc6 (>= 2.17), libgcc-s1 | libgcc1" if package.name == AGENT else AGENT)
    members = subprocess.run(["ar", "t", package.file], capture_output=True, text=True, check=True).stdout.split()
    assert members == ["debian-binary", "control.tar.xz", "data.tar.xz"], "older dpkg reads no zstd"


@pytest.mark.parametrize("package", each("rpm"))
def test_an_rpm_says_what_it_is_and_what_old_ones_read(package: Package) -> None:
    query = "%{NAME} %{VERSION} %{ARCH} %{PAYLOADCOMPRESSOR} %{FILEDIGESTALGO}"
    said = subprocess.run(["rpm", "-qp", "--qf", query, package.file], capture_output=True, text=True, check=True)
    assert said.stdout == f"{package.name} {package.version} {package.arch} xz 8"
    needs = subprocess.run(["rpm", "-qpR", package.file], capture_output=True, text=True, check=True).stdout.split("\n")
    own = {need for need in needs if need and not need.startswith("rpmlib(")}
    assert own == ({"glibc >= 2.17", "libgcc", "/bin/sh"} if package.name == AGENT else {AGENT, "/bin/sh"})


@pytest.mark.parametrize("package", each("deb", AGENT))
def test_nothing_asks_for_a_newer_glibc_than_the_floor(package: Package, unpacked: Unpacked) -> None:
    """CentOS 7 has 2.17; whoever needs more starts on none of the old hosts."""
    highest = check_floor(unpacked(package), "aarch64" if package.arch == "aarch64" else "x86_64")
    names = {path.name for path in highest}
    assert "python3.13" in names
    assert any(name.startswith("_pydantic_core") for name in names)


def test_the_floor_refuses_what_is_newer(tmp_path: Path) -> None:
    """This machine's own C library is newer than 2.17, and so is what asks for it."""
    (tmp_path / "program").write_bytes(Path("/usr/bin/env").resolve().read_bytes())
    with pytest.raises(BuildError, match=r"program needs glibc 2\.[23]\d"):
        check_floor(tmp_path, "x86_64")
    with pytest.raises(BuildError, match="not aligned to 64 KiB"):
        check_floor(tmp_path, "aarch64")
    with pytest.raises(BuildError, match="holds no ELF file"):
        check_floor(tmp_path / "nowhere", "x86_64")


@pytest.mark.parametrize("package", each("deb"))
def test_the_three_kinds_hold_the_same(package: Package, unpacked: Unpacked) -> None:
    others = [p for p in packages(name=package.name) if p.kind != "deb" and p.arch in {package.arch, "any"}]
    assert {p.kind for p in others} == {"rpm", "tar"}
    wanted = contents(unpacked(package))
    for other in others:
        assert contents(unpacked(other)) == wanted, other.file.name


def contents(root: Path) -> dict[str, str]:
    """Return each file of a root with its mode and digest, each link with its target."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = f"{stat.S_IMODE(path.stat().st_mode):o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    return found


@pytest.mark.parametrize("package", each("deb"))
def test_the_units_are_the_ones_that_were_tested(package: Package, unpacked: Unpacked) -> None:
    root, units = unpacked(package), HOUSE / "deploy/systemd"
    wanted = {
        AGENT: {
            "systemd/system/rongdun-agent.service",
            "sysusers.d/rongdun-agent.conf",
            "tmpfiles.d/rongdun-agent.conf",
        },
        DISCOVERY: {"systemd/system/rongdun-discovery.service"},
    }[package.name]
    shipped = {str(path.relative_to(root / "usr/lib")) for path in (root / "usr/lib").rglob("*") if path.is_file()}
    assert shipped == wanted
    for name in shipped:
        source = units / name.removeprefix("systemd/system/")
        assert (root / "usr/lib" / name).read_bytes() == source.read_bytes(), (
            "built before the unit changed: make packages"
        )


@pytest.mark.parametrize("package", each("deb"))
def test_nobody_but_root_may_change_anything(package: Package, unpacked: Unpacked) -> None:
    listed = subprocess.run(["dpkg-deb", "-c", package.file], capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in listed.splitlines()} == {"root/root"}
    loose = [str(p) for p in unpacked(package).rglob("*") if not p.is_symlink() and p.stat().st_mode & 0o6022]
    assert loose == [], "writable for others, or with another's rights"


@pytest.mark.parametrize("package", each("deb", AGENT))
def test_no_file_tells_where_it_was_built(package: Package, unpacked: Unpacked) -> None:
    here = str(HOUSE).encode()
    told = [
        str(p) for p in unpacked(package).rglob("*") if p.is_file() and not p.is_symlink() and here in p.read_bytes()
    ]
    assert told == []


@pytest.mark.parametrize("package", each("deb", AGENT))
def test_the_agent_stays_free_of_what_only_discovery_needs(package: Package, unpacked: Unpacked) -> None:
    """The licence of scapy binds who passes it on: the main package carries none of it, nor of the collector."""
    names = {path.name.lower().split("-")[0] for path in unpacked(package).rglob("*")}
    assert names & {"scapy", "rongdun_collector", "pip", "sqlalchemy", "psutil"} == set()


@pytest.mark.parametrize("package", each("deb", DISCOVERY))
def test_the_discovery_package_holds_scapy_and_names_its_licence(package: Package, unpacked: Unpacked) -> None:
    root = unpacked(package)
    assert (root / "opt/rongdun/discovery/scapy/__init__.py").exists()
    listed = json.loads((root / "opt/rongdun/licences/rongdun-agent-discovery.cdx.json").read_text("utf-8"))
    assert [(part["name"], part["licenses"]) for part in listed["components"]] == [
        ("scapy", [{"license": {"id": "GPL-2.0-only"}}])
    ]


@pytest.mark.parametrize("package", each("deb", AGENT))
def test_every_part_is_listed_with_its_licence_and_its_text(package: Package, unpacked: Unpacked) -> None:
    """Those who bundle owe the authors their notices, and the operator a list to compare with advisories."""
    root = unpacked(package)
    folder = root / "opt/rongdun/licences"
    listed = {p["name"]: p for p in json.loads((folder / "rongdun-agent.cdx.json").read_text("utf-8"))["components"]}
    pinned = tomllib.loads((HOUSE / "deploy/packages/sources.toml").read_text("utf-8"))
    for source in pinned["source"]:
        part = listed[source["name"]]
        assert (part["version"], part["hashes"][0]["content"]) == (source["version"], source["sha256"])
    assert {part["name"] for part in pinned["inside"]} <= set(listed)
    site = next((root / "opt/rongdun/python/lib").glob("python3.*/site-packages"))
    for info in site.glob("*.dist-info"):
        name = next(
            line[6:] for line in (info / "METADATA").read_text("utf-8").splitlines() if line.startswith("Name: ")
        )
        assert len(listed[name]["hashes"][0]["content"]) == 64
    for name, part in listed.items():
        assert part["licenses"], name
        texts = [
            path for path in folder.glob(f"{name.split(' ')[0]}*-{part['version']}/*") if path.stat().st_size > 200
        ]
        assert texts, f"no text of {name}"


@pytest.mark.parametrize("package", each("deb", AGENT, os.uname().machine))
def test_the_interpreter_has_what_the_agent_and_its_libraries_ask_for(package: Package, unpacked: Unpacked) -> None:
    needed = "ctypes, sqlite3, ssl, zlib, _socket, select, lzma, bz2, hashlib, decimal, tomllib, yaml, pydantic_core"
    code = f"import {needed}; assert yaml.CSafeLoader; print(ssl.OPENSSL_VERSION, sqlite3.sqlite_version)"
    python = unpacked(package) / "opt/rongdun/python/bin/python3.13"
    said = subprocess.run([python, "-I", "-B", "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("OpenSSL 3.")


@pytest.mark.parametrize("package", each("deb", AGENT, os.uname().machine))
def test_using_it_writes_nothing_into_the_tree(package: Package, tmp_path: Path) -> None:
    """All bytecode is there already: the first start is quick, and removal finds exactly what was installed."""
    root = package.unpack(tmp_path / "root")
    before = contents(root)
    agent = root / "opt/rongdun/bin/rongdun-agent"
    for words in (["--version"], ["scan", "--root", str(tmp_path)], ["facts", "os", "--root", str(tmp_path)]):
        done = subprocess.run([agent, *words], capture_output=True, text=True, check=False)
        assert done.returncode in {0, 1}, done.stderr
    assert contents(root) == before
    sources = {p for p in (root / "opt/rongdun/python/lib").rglob("*.py") if "lib2to3" not in p.parts}
    assert [p for p in sources if not (p.parent / "__pycache__" / f"{p.stem}.cpython-313.pyc").exists()] == []


@pytest.mark.parametrize("package", each("deb", AGENT))
def test_every_program_is_for_the_architecture_that_the_package_names(package: Package, unpacked: Unpacked) -> None:
    machines = {0x3E: "x86_64", 0xB7: "aarch64"}
    files = elf_files(unpacked(package))
    assert {machines[int.from_bytes(p.read_bytes()[18:20], "little")] for p in files} == {package.arch}


@pytest.mark.parametrize("package", each("deb", AGENT, os.uname().machine))
def test_scapy_is_found_when_its_package_is_there_and_loaded_by_no_other_command(
    package: Package, tmp_path: Path
) -> None:
    """One path entry leads from the agent's tree to the other package's folder; a scan must not grow by it."""
    root = package.unpack(tmp_path / "root")
    python = root / "opt/rongdun/python/bin/python3.13"
    asked = [python, "-I", "-B", "-c", "import importlib.util as u; print(u.find_spec('scapy').origin)"]
    assert subprocess.run(asked, capture_output=True, check=False).returncode == 1, "found before its package came"
    other = packages("deb", DISCOVERY)[0].unpack(tmp_path / "other")
    (other / "opt/rongdun/discovery").rename(root / "opt/rongdun/discovery")
    found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    assert Path(found).resolve() == (root / "opt/rongdun/discovery/scapy/__init__.py").resolve()
    scan = [python, "-I", "-B", "-X", "importtime", "-m", "rongdun_agent.cli", "scan", "--root", str(tmp_path)]
    loaded = subprocess.run(scan, capture_output=True, text=True, check=False).stderr
    assert "rongdun_agent.survey" in loaded
    assert "scapy" not in loaded
