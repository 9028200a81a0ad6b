"""rpm databases in all three forms, each written by a real rpm in the Debian root that still writes it, and kept."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.lab.locks import locked
from tests.lab.missing import give_up
from tests.lab.roots import Root, Suite, cache, remove, unpack

Form = Literal["sqlite", "ndb", "bdb"]
WRITERS: dict[Form, Suite] = {"sqlite": "bookworm", "ndb": "trixie", "bdb": "bullseye"}
_VERSION_OF_THIS_FILE = 3
_SMALL_PACKAGES = 800
"""Enough for a Berkeley database to split its first buckets several times."""

# twin kernels, epochs, a name that is also a path of another package, translated and Chinese text, no files at all
_SPECS = {
    "seed": """\
%package -n openssh-server
Version: 8.8p1
Release: 2.oe2203
%description -n openssh-server
x
%package -n zonghe-anquan
Epoch: 7
Version: 1.0
Release: 3
BuildArch: noarch
%description -n zonghe-anquan
综合安全
%install
mkdir -p %{buildroot}/usr/sbin %{buildroot}/usr/lib/zonghe %{buildroot}/opt/wide
echo a > %{buildroot}/usr/sbin/lab-sshd
echo b > %{buildroot}/usr/sbin/lab-sshd-keygen
echo c > %{buildroot}/usr/lib/zonghe/lab-sshd
for n in $(seq 4000); do echo > %{buildroot}/opt/wide/file-with-a-rather-long-name-$n; done
%files -n openssh-server
/usr/sbin/lab-sshd
/usr/sbin/lab-sshd-keygen
%files -n zonghe-anquan
/usr/lib/zonghe/lab-sshd
/opt/wide
""",
    "kernel-old": """\
%package -n kernel
Version: 5.10.0
Release: 60.18.0.50.oe2203
%description -n kernel
x
%files -n kernel
""",
    "kernel-new": """\
%package -n kernel
Version: 5.10.0
Release: 153.12.0.92.oe2203
%description -n kernel
x
%files -n kernel
""",
}
_QUERY = (
    r"%{NAME}\t%|EPOCH?{%{EPOCH}}:{0}|\t%{VERSION}-%{RELEASE}\t%|ARCH?{%{ARCH}}:{}|\t%{SOURCERPM}\t%{INSTALLTIME}\n"
)
_FILES = r"[%{=NAME}\t%{FILENAMES}\n]"
_BUILD = """
for spec in /lab/*.spec; do
    rpmbuild -bb --quiet --define '_topdir /lab' --define '_build_id_links none' "$spec" || exit
done
"""
_WRITE = """
ulimit -n 1024
mkdir /lab/rpm && $RPM --initdb &&
find /lab/RPMS -name '*.rpm' ! -name 'seed-*' |
    xargs $RPM -i --justdb --nodeps --noscripts --ignorearch --nosignature || exit
for key in /etc/apt/trusted.gpg.d/*bookworm*.asc /usr/share/keyrings/*bookworm*automatic.gpg; do
    $RPM --import "$key"
done
true
"""


@dataclass(frozen=True)
class RpmDatabase:
    """A folder with rpm's files, and what rpm itself says is in them."""

    form: Form
    folder: Path
    packages: tuple[tuple[str, ...], ...]
    """Name, epoch, version-release, architecture, source rpm, installation time, as `rpm -qa` printed them."""
    files: tuple[tuple[str, str], ...]
    """Path and package, as `rpm -qal` printed them."""


def rpm_database(form: Form) -> RpmDatabase:
    """Return the database of one form, writing it when this machine has none yet."""
    made = cache() / f"rpmdb-{form}-{_VERSION_OF_THIS_FILE}"
    with locked(made.with_suffix(".lock")):
        if not made.exists():
            _make(form, made)
    return RpmDatabase(form, made / "rpm", _table(made / "packages"), tuple((p, n) for n, p in _table(made / "files")))


def _make(form: Form, made: Path) -> None:
    base = Path(tempfile.mkdtemp(prefix="rongdun-rpm-"))
    try:
        root = unpack(WRITERS[form], ("rpm",), base / "root")
        partial = made.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        _fill(root, form, partial)
        partial.rename(made)
    finally:
        remove(base)


def _fill(root: Root, form: Form, partial: Path) -> None:
    work = root.path / "lab"
    work.mkdir()
    head = "Name: seed\nVersion: 1\nRelease: 1\nSummary: s\nLicense: x\n%description\nx\n"
    small = "".join(_small(number) for number in range(_SMALL_PACKAGES))
    for name, body in {**_SPECS, "many": small}.items():
        text = head + body.replace("\nRelease:", "\nSummary: s\nRelease:")
        (work / f"{name}.spec").write_text(text, encoding="utf-8")
    rpm = f"rpm --dbpath /lab/rpm --define '_db_backend {form}'"
    _run(root, _BUILD)
    _run(root, _WRITE.replace("$RPM", rpm))
    (partial / "packages").write_text(_run(root, f"{rpm} -qa --qf '{_QUERY}'"), encoding="utf-8")
    (partial / "files").write_text(_run(root, f"{rpm} -qa --qf '{_FILES}'"), encoding="utf-8")
    shutil.copytree(work / "rpm", partial / "rpm")


def _small(number: int) -> str:
    arch = "BuildArch: noarch\n" if number % 3 == 0 else ""
    name = f"-n lib{number:03}-data"
    return f"%package {name}\nVersion: 1.{number}\nRelease: {number % 7}\n{arch}%description {name}\nx\n%files {name}\n"


def _run(root: Root, script: str) -> str:
    done = root.run("sh", "-c", script, timeout_s=600)
    if done.returncode:
        give_up(f"no rpm database: {done.stderr.strip()[-600:]}")
    return done.stdout


def _table(path: Path) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.split("\t")) for line in path.read_text(encoding="utf-8").splitlines())
