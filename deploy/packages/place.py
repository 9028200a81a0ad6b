"""Where the build works and what it is asked for."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from deploy.packages.errors import BuildError

Arch = Literal["x86_64", "aarch64"]
ARCHES: tuple[Arch, ...] = get_args(Arch)
HOUSE = Path(__file__).parents[2]
HERE = Path(__file__).parent
PREFIX = Path("opt/rongdun")
"""Where the tree stands below the root of a host."""
PYTHON = "python3.13"
SITE = PREFIX / "python/lib" / PYTHON / "site-packages"


@dataclass(frozen=True)
class Place:
    """One checkout's folders for building, all ignored by git, and the time that all built files carry."""

    cache: Path
    out: Path
    epoch: int

    @property
    def sources(self) -> Path:
        """The tarballs of upstream."""
        return self.cache / "sources"

    @property
    def zig(self) -> Path:
        """The folder with the C compiler's wheel unpacked."""
        return self.cache / "compiler"

    def tree(self, arch: Arch) -> Path:
        """The root with the finished tree of the agent for an architecture."""
        return self.cache / arch / "agent"

    @property
    def discovery(self) -> Path:
        """The root with what the discovery service needs beside the agent, for any architecture."""
        return self.cache / "discovery"


def run(where: str, argv: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run a program and return what it prints; a failure is an error with the end of what it said."""
    done = subprocess.run(
        [str(word) for word in argv], capture_output=True, text=True, errors="replace", env=env, cwd=cwd, check=False
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-1500:]
        raise BuildError(where, f"{Path(argv[0]).name} ended with {done.returncode}", said or "it said nothing")
    return done.stdout
