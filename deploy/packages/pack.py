"""From finished trees to files to install: tarball, .deb and .rpm of the agent and of its discovery part."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.packages.deb import write_deb
from deploy.packages.parts import AGENT, DISCOVERY, Part
from deploy.packages.place import Arch, Place
from deploy.packages.rpm import write_rpm
from deploy.packages.tarball import write_tarball


def pack(place: Place, arch: Arch, version: str) -> list[Path]:
    """Write all packages of an architecture, and those that fit any; returns their paths."""
    place.out.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for part, tree, kind in ((AGENT, place.tree(arch), arch), (DISCOVERY, place.discovery, None)):
        with _root(part, tree, place.epoch) as root:
            written += [
                write_tarball(place, part, root, version, kind),
                write_deb(place, part, root, version, kind),
                write_rpm(place, part, root, version, kind),
            ]
    return written


@contextmanager
def _root(part: Part, tree: Path, epoch: int) -> Iterator[Path]:
    """A root as it is on a host once the part is installed, all of it as old as the build says."""
    with tempfile.TemporaryDirectory(prefix="rongdun-pack-", dir=tree.parent) as place:
        root = Path(place) / "root"
        shutil.copytree(tree, root, symlinks=True)
        part.put_beside(root)
        for path in sorted(root.rglob("*"), reverse=True):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            os.utime(path, (epoch, epoch), follow_symlinks=False)
        root.chmod(0o755)
        yield root
