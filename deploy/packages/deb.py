"""The .deb, for Debian, Ubuntu and UOS; xz members, because dpkg of Debian 11 and UOS 20 reads no zstd."""

import os
import shutil
from pathlib import Path

from deploy.packages.parts import MAINTAINER, Part, script
from deploy.packages.place import Arch, Place, run

ARCHES = {"x86_64": "amd64", "aarch64": "arm64", None: "all"}
FRESH = "/run/rongdun-agent.fresh"
"""Told from `preinst` to `postinst`, which otherwise cannot tell an upgrade from an installation after a removal."""


def write_deb(place: Place, part: Part, root: Path, version: str, arch: Arch | None) -> Path:
    """Write NAME_VERSION_ARCH.deb."""
    out = place.out / f"{part.name}_{version}_{ARCHES[arch]}.deb"
    control = root / "DEBIAN"
    control.mkdir()
    try:
        (control / "control").write_text(_control(part, root, version, ARCHES[arch]), "utf-8")
        for name, text in _scripts(part).items():
            (control / name).write_text(text, "utf-8")
            (control / name).chmod(0o755)
        env = {"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": str(place.epoch)}
        run("deb", ["dpkg-deb", "-Zxz", "--root-owner-group", "--build", root, out], env)
    finally:
        shutil.rmtree(control)
    return out


def _control(part: Part, root: Path, version: str, arch: str) -> str:
    size = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir()) // 1024
    fields = {
        "Package": part.name,
        "Version": version,
        "Architecture": arch,
        "Maintainer": MAINTAINER,
        "Installed-Size": str(size),
        "Depends": part.deb_needs,
        "Section": "admin",
        "Priority": "optional",
        "Description": f"{part.summary}\n Licences: {part.licence}; texts in /opt/rongdun/licences.",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def _scripts(part: Part) -> dict[str, str]:
    fresh = f'if [ "$1" = install ]; then : >{FRESH}; fi\n'
    first, again = part.after_install["first"].strip(), part.after_install["again"].strip()
    choose = f'if [ -z "$2" ] || [ -e {FRESH} ]; then {first}; else {again}; fi\nrm -f {FRESH}\n'
    purge = f'if [ "$1" = purge ]; then {part.purge.strip()}; fi\n' if part.purge else ""
    return {
        "preinst": script(part.before_install, fresh),
        "postinst": script('[ "$1" = configure ] || exit 0\n', choose),
        "prerm": script(f'if [ "$1" = remove ]; then {part.before_remove.strip()}; fi\n'),
        "postrm": script(f'if [ "$1" = remove ]; then {part.after_remove.strip()}; fi\n', purge),
    }
