"""From finished trees to files to install: tarball, .deb and .rpm of the agent and of its discovery part."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from deploy.packages.deb import write_deb
from deploy.packages.parts import Part
from deploy.packages.place import Arch, Place
from deploy.packages.rpm import write_rpm
from deploy.packages.tarball import write_tarball


def pack(place: Place, part: Part, version: str, arch: Arch | None) -> list[Path]:
    """Write the three packages of a part, for an architecture or for any; each appears whole or not at all."""
    place.out.mkdir(parents=True, exist_ok=True)
    with _root(part, place.discovery if arch is None else place.tree(arch), place.epoch) as root:
        aside = replace(place, out=root.parent)
        written = [write(aside, part, root, version, arch) for write in (write_tarball, write_deb, write_rpm)]
        return [path.replace(place.out / path.name) for path in written]


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
