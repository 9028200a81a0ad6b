"""The offline tarball: a root, and two scripts that put it in place and take it away."""

import gzip
import io
import tarfile
from pathlib import Path

from deploy.packages.parts import AGENT, SCRIPTS, Part, script
from deploy.packages.place import Arch, Place


def write_tarball(place: Place, part: Part, root: Path, version: str, arch: Arch | None) -> Path:
    """Write NAME-VERSION-linux-ARCH.tar.gz; the same tree gives the same bytes."""
    top = f"{part.name}-{version}-linux-{arch or 'any'}"
    out = place.out / f"{top}.tar.gz"

    def owned(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = place.epoch
        return entry

    with (
        out.open("wb") as file,
        gzip.GzipFile("", "wb", 9, file, place.epoch) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name, text in _scripts(part, arch).items():
            entry = owned(tarfile.TarInfo(f"{top}/{name}"))
            entry.size, entry.mode = len(text.encode()), 0o755
            tar.addfile(entry, io.BytesIO(text.encode()))
        tar.add(root, f"{top}/root", filter=owned)  # sorted by name
    return out


def _scripts(part: Part, arch: Arch | None) -> dict[str, str]:
    if part is not AGENT:
        return {"install.sh": (SCRIPTS / "install-discovery.sh").read_text("utf-8")}
    bodies = {name: (SCRIPTS / name).read_text("utf-8") for name in ("install.sh", "uninstall.sh")}
    return {name: script(body.replace("@ARCH@", str(arch))) for name, body in bodies.items()}
