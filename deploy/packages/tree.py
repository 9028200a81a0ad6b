"""The agent's tree below /opt/rongdun: interpreter without what nobody needs, wheels, bytecode, launcher, licences."""

import re
import shutil
from pathlib import Path

from deploy.packages import licences
from deploy.packages.floor import check_floor, elf_files
from deploy.packages.interpreter import interpreter
from deploy.packages.place import HERE, PREFIX, PYTHON, SITE, Arch, Place, run
from deploy.packages.sources import pinned
from deploy.packages.wheels import install_own, install_pinned

LAUNCHER = HERE / "scripts/rongdun-agent"
LIBRARY = PREFIX / "python/lib" / PYTHON
UNNEEDED = ("share", "include", "lib/pkgconfig", f"lib/lib{PYTHON}.a")
"""Of the installed interpreter: what only those need who build against it."""
UNNEEDED_MODULES = (
    *("test", "idlelib", "tkinter", "turtledemo", "turtle.py", "ensurepip", "venv", "pydoc_data", "curses", "dbm"),
    *("wsgiref", "xmlrpc", "lib-dynload", "__phello__", "ctypes/macholib"),
)
"""Of the standard library: its tests, teaching, windows, terminals, package installers, and what has no C part here."""
DISCOVERY = PREFIX / "discovery"
"""Where the discovery package puts its library, on the path of every interpreter that finds the folder."""


def make_agent(place: Place, arch: Arch) -> str:
    """Make the tree of an architecture; returns the version of the agent in it."""
    sources, inside = pinned()
    built = interpreter(place, arch, sources)
    host = interpreter(place, "x86_64", sources) / "bin" / PYTHON
    root = place.tree(arch)
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(built, root / PREFIX / "python", symlinks=True)
    _trim(root)
    wheels = install_pinned(place, "bundle", arch, root / SITE)
    own = install_own(place, root / SITE)
    (root / SITE / "rongdun-discovery.pth").write_text("../../../../discovery\n", "ascii")
    run("strip", [f"{arch}-linux-gnu-strip", "--strip-unneeded", *elf_files(root / SITE)])
    _forget_build(root, place)
    _compile(root / PREFIX, root, host)
    launcher = root / PREFIX / "bin/rongdun-agent"
    launcher.parent.mkdir()
    shutil.copy2(LAUNCHER, launcher)
    check_floor(root, arch)
    parts = [*licences.of_sources(place, sources, inside), licences.of_compiler(place)]
    parts += licences.of_wheels(root / SITE, [*wheels, *own])
    licences.write(parts, root, "rongdun-agent", own[-1].version)
    return own[-1].version


def make_discovery(place: Place, version: str) -> None:
    """Make the tree of what the discovery service needs beside the agent; it is the same on every architecture."""
    root = place.discovery
    shutil.rmtree(root, ignore_errors=True)
    folder = root / DISCOVERY
    wheels = install_pinned(place, "discovery", "x86_64", folder)
    shutil.rmtree(folder / "share", ignore_errors=True)
    sources, _ = pinned()
    _compile(folder, root, interpreter(place, "x86_64", sources) / "bin" / PYTHON)
    licences.write(licences.of_wheels(folder, wheels), root, "rongdun-agent-discovery", version)


def _trim(root: Path) -> None:
    library = root / LIBRARY
    above = [root / PREFIX / "python" / name for name in UNNEEDED]
    for path in above + [library / name for name in UNNEEDED_MODULES]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in library.glob("config-*"):
        shutil.rmtree(path)
    (library / "lib-dynload").mkdir()  # the interpreter warns when it is missing
    for path in (root / PREFIX / "python/bin").iterdir():
        if path.name != PYTHON or path.is_symlink():
            path.unlink()
    for path in library.rglob("__pycache__"):
        shutil.rmtree(path)


def _forget_build(root: Path, place: Place) -> None:
    """What the interpreter remembers of its build names folders of this machine: it gets others."""
    for path in (root / LIBRARY).glob("_sysconfigdata_*.py"):
        text = re.sub(re.escape(str(place.cache)) + r"(/[\w.+-]+)*", "/build", path.read_text("utf-8"))
        path.write_text(text, "utf-8")


def _compile(folder: Path, root: Path, python: Path) -> None:
    """Compile all modules, with paths as on the host; the bytecode holds whatever the files' times are."""
    argv: list[str | Path] = [
        python,
        "-I",
        "-m",
        "compileall",
        "-q",
        "-j",
        "0",
        "--invalidation-mode",
        "unchecked-hash",
    ]
    run("bytecode", [*argv, "-s", root, "-p", "/", folder])
