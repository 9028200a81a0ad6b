"""The .rpm, for openEuler, Kylin, RHEL and CentOS; xz payload, because rpm 4.11 of CentOS 7 reads no zstd."""

import os
import tempfile
from pathlib import Path

from deploy.packages.parts import Part, script
from deploy.packages.place import Arch, Place, run

SPEC = """\
Name: {name}
Version: {version}
Release: 1
Summary: {summary}
License: {licence}
AutoReqProv: no
{needs}
%global debug_package %{{nil}}
%global __os_install_post %{{nil}}
%define _build_id_links none
%define _binary_payload w6.xzdio
%define _source_filedigest_algorithm 8
%define _binary_filedigest_algorithm 8
%define use_source_date_epoch_as_buildtime 1
%define clamp_mtime_to_source_date_epoch 1
%define _buildhost localhost
%description
{summary}. Licence texts of all parts: /opt/rongdun/licences.
%install
cp -a {root}/. %{{buildroot}}/
{scripts}
%files
%defattr(-,root,root)
{files}
"""


def write_rpm(place: Place, part: Part, root: Path, version: str, arch: Arch | None) -> Path:
    """Write NAME-VERSION-1.ARCH.rpm; the build machine's own scripts for stripping and compiling do not run."""
    out = place.out / f"{part.name}-{version}-1.{arch or 'noarch'}.rpm"
    with tempfile.TemporaryDirectory(prefix="rongdun-rpm-") as folder:
        spec = Path(folder, "package.spec")
        spec.write_text(_spec(part, root, version, arch), "utf-8")
        defines = {"_topdir": f"{folder}/top", "_rpmdir": folder, "_rpmfilename": out.name}
        argv = ["rpmbuild", "-bb", "--quiet", *(["--target", f"{arch}-linux"] if arch else [])]
        argv += [word for name, value in defines.items() for word in ("--define", f"{name} {value}")]
        env = {"PATH": os.environ["PATH"], "HOME": folder, "SOURCE_DATE_EPOCH": str(place.epoch)}
        run("rpm", [*argv, spec], env)
        out.write_bytes(Path(folder, out.name).read_bytes())
    return out


def _spec(part: Part, root: Path, version: str, arch: Arch | None) -> str:
    needs = [f"Requires: {need}" for need in part.rpm_needs] + ([] if arch else ["BuildArch: noarch"])
    return SPEC.format(
        name=part.name,
        version=version.replace("-", "~"),
        summary=part.summary,
        licence=part.licence,
        needs="\n".join(needs),
        root=root,
        scripts="\n".join(f"%{name}\n{text.replace('%', '%%')}" for name, text in _scripts(part).items()),
        files="\n".join(_files(root)),
    )


def _files(root: Path) -> list[str]:
    """What the package owns: our own folders whole, of shared ones only our files."""
    own = {root / "opt/rongdun", root / "etc/rongdun"}
    if (root / "opt/rongdun/discovery").exists():  # it stands in the folders of another package
        own = {root / "opt/rongdun/discovery", *(root / "opt/rongdun/licences").iterdir()}
    others = [path for path in (root / "usr").rglob("*") if path.is_symlink() or not path.is_dir()]
    return sorted(f"/{path.relative_to(root)}" for path in [*own, *others] if path.exists() or path.is_symlink())


def _scripts(part: Part) -> dict[str, str]:
    """An upgrade runs the new one's post, then the old one's preun and postun: only there the new files stand alone."""
    first, again = part.after_install["first"].strip(), part.after_install["again"].strip()
    found = {"pre": part.before_install} if part.before_install else {}
    return found | {
        "post": script(f'if [ "$1" = 1 ]; then {first}; else {again}; fi\n'),
        "preun": script(f'if [ "$1" = 0 ]; then {part.before_remove.strip()}; fi\n'),
        "postun": script(f'if [ "$1" = 0 ]; then {part.after_remove.strip()}; else restart; fi\n'),
    }
