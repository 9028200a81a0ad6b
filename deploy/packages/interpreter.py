"""The interpreter of one architecture: built once for each set of pins, kept in the cache."""

import hashlib
import os
import sys
from pathlib import Path

from deploy.packages.errors import BuildError
from deploy.packages.place import HERE, HOUSE, PREFIX, PYTHON, Arch, Place, run
from deploy.packages.sources import Source, fetch

SCRIPT = HERE / "interpreter.sh"
COMPILER = HOUSE / "requirements/compiler.txt"
EPOCH = 1767225600
"""The time that the interpreter says it was built at: what it is depends on its pins alone, not on the day."""


def interpreter(place: Place, arch: Arch, sources: tuple[Source, ...]) -> Path:
    """Return the folder of the installed interpreter, building it when sources, compiler or script are new."""
    builder = interpreter(place, "x86_64", sources) / "bin" / PYTHON if arch != "x86_64" else None
    work = place.cache / arch / f"interpreter-{_made_of(sources)}"
    found = work / "install" / PREFIX / "python"
    if (work / "built").exists():
        return found
    if os.uname().machine != "x86_64":
        raise BuildError("interpreter", f"this machine is {os.uname().machine}", "build on x86_64: it cross-compiles")
    fetch(place, sources)
    _compiler(place)
    for source in sources:  # only the pinned ones: the folder may hold others
        link = work / "pinned" / source.file
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(place.sources / source.file)
    zig = place.zig / "ziglang/zig"
    print(f"building the interpreter for {arch} (minutes)", flush=True)
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": str(EPOCH)}
    env |= {name: str(place.cache / "zigcache") for name in ("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR")}
    env |= {"JOBS": jobs} if (jobs := os.environ.get("JOBS")) else {}
    run(f"interpreter for {arch}", [SCRIPT, arch, work / "pinned", zig, work, *([builder] if builder else [])], env)
    (work / "built").touch()
    return found


def _made_of(sources: tuple[Source, ...]) -> str:
    """A short digest of all that decides what is built."""
    parts = [*(source.sha256 for source in sources), SCRIPT.read_text("utf-8"), COMPILER.read_text("utf-8")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _compiler(place: Place) -> None:
    """Have the pinned compiler; its wheel is checked by its hash."""
    mark = place.zig / "made-of"
    wanted = COMPILER.read_text("utf-8")
    if mark.exists() and mark.read_text("utf-8") == wanted:
        return
    run("rm", ["rm", "-rf", place.zig])
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--root-user-action=ignore", "--no-deps"]
    run("compiler", [*pip, "--require-hashes", "--target", place.zig, "-r", COMPILER])
    mark.write_text(wanted, "utf-8")
