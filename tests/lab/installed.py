"""The product on a Debian root, laid out as the packages do, and run by that root's own Python."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from pathlib import Path
from types import MappingProxyType

from packaging.requirements import Requirement

from tests.lab.missing import give_up
from tests.lab.roots import Root, Suite

HOUSE = Path(__file__).parents[2]
UNITS = HOUSE / "deploy/systemd"
ROOMS = ("contract", "agent", "collector")
PREFIX = "/opt/rongdun"
SITE = f"{PREFIX}/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"

_SUITES: Mapping[tuple[int, int], Suite] = MappingProxyType({(3, 11): "bookworm", (3, 13): "trixie"})
"""What is compiled among our requirements fits the Python that it was installed for."""
_PROGRAM = "#!{prefix}/bin/python3\nimport sys\nfrom {module} import {function}\nsys.exit({function}())\n"
_PROGRAMS = (("rongdun-agent", "rongdun_agent.cli", "program"), ("rongdun-collector", "rongdun_collector.cli", "main"))


def fitting_suite() -> Suite:
    """Return the Debian whose Python is the one that runs the tests; skips where there is none."""
    suite = _SUITES.get(sys.version_info[:2])
    if suite is None:
        give_up(f"no Debian root has Python {sys.version_info.major}.{sys.version_info.minor}")
    return suite


def build_wheels(to: Path) -> tuple[Path, ...]:
    """Build the three distributions of this checkout with the tools of this environment."""
    for room in ROOMS:
        argv = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(to), str(HOUSE / room)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return tuple(sorted(to.glob("*.whl")))


def install(root: Root, wheels: tuple[Path, ...]) -> None:
    """Put the wheels, what they need, the two programs, the units and their users into a root that may be changed."""
    place = root.path / PREFIX.lstrip("/")
    site = root.path / SITE.lstrip("/")
    site.mkdir(parents=True)
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    tops = {str(top) for name in _needed() for top in _tops(name)}
    subprocess.run(["cp", "-a", "--", *sorted(tops), str(site)], check=True)
    _make_programs(root, place)
    _copy_units(root)
    made = root.run("systemd-sysusers")
    assert made.returncode == 0, made.stderr


def _needed() -> set[str]:
    """Names of all foreign distributions that ours need, directly or not, on this platform."""
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    todo = [*((f"rongdun-{room}", "") for room in ROOMS), ("rongdun-agent", "discovery")]
    while todo:
        name, extra = wanting = todo.pop()
        if wanting in seen:
            continue
        seen.add(wanting)
        found.add(name)
        for line in distribution(name).requires or []:
            wanted = Requirement(line)
            if not wanted.marker or wanted.marker.evaluate({"extra": extra}):
                todo += [(wanted.name, each) for each in ("", *wanted.extras)]
    return {name for name in found if not name.startswith("rongdun-")}


def _tops(name: str) -> Iterator[Path]:
    """Files and folders of a distribution that stand at the top of site-packages."""
    of = distribution(name)
    for top in sorted({file.parts[0] for file in of.files or [] if file.parts[0] not in ("..", "__pycache__")}):
        yield Path(str(of.locate_file(top)))


def _make_programs(root: Root, place: Path) -> None:
    """A virtual environment by hand: its programs are the root's own Python and nothing of this machine."""
    programs = place / "bin"
    programs.mkdir()
    (place / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n")
    (programs / "python3").symlink_to("/usr/bin/python3")
    for name, module, function in _PROGRAMS:
        program = programs / name
        program.write_text(_PROGRAM.format(prefix=PREFIX, module=module, function=function))
        program.chmod(0o755)
        (root.path / "usr/bin" / name).symlink_to(f"{PREFIX}/bin/{name}")


def _copy_units(root: Root) -> None:
    for source, target in (
        ("*.service", "usr/lib/systemd/system"),
        ("sysusers.d/*.conf", "usr/lib/sysusers.d"),
        ("tmpfiles.d/*.conf", "usr/lib/tmpfiles.d"),
    ):
        for file in UNITS.glob(source):
            (root.path / target / file.name).write_bytes(file.read_bytes())
