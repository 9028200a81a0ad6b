"""The two packages: what each is called, needs, carries beside its tree, and does when it comes and goes."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.packages.place import HERE, HOUSE

UNITS = HOUSE / "deploy/systemd"
SCRIPTS = HERE / "scripts"
MAINTAINER = "Rongdun <rongdun@localhost>"


@dataclass(frozen=True)
class Part:
    """A package; `units` are names below deploy/systemd; scripts are bodies of sh, empty for none."""

    name: str
    summary: str
    licence: str
    units: tuple[str, ...]
    deb_needs: str
    rpm_needs: tuple[str, ...]
    before_install: str
    after_install: dict[str, str]
    before_remove: str
    after_remove: str
    purge: str

    def put_beside(self, root: Path) -> None:
        """Put units, links and folders into a root that already holds the tree."""
        for unit in self.units:
            kind = "systemd/system" if "/" not in unit else unit.split("/", maxsplit=1)[0]
            to = root / "usr/lib" / kind / Path(unit).name
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(UNITS / unit, to)
            to.chmod(0o644)
        if self is AGENT:
            (root / "usr/bin").mkdir(parents=True)
            (root / "usr/bin/rongdun-agent").symlink_to("../../opt/rongdun/bin/rongdun-agent")
            (root / "etc/rongdun").mkdir(parents=True)


AGENT = Part(
    name="rongdun-agent",
    summary="Reads a host into facts, judges it, reports to a collector; brings its own interpreter",
    licence="Apache-2.0 AND PSF-2.0 AND MIT AND Zlib AND 0BSD AND bzip2-1.0.6 AND blessing AND CC0-1.0"
    " AND BSD-2-Clause",
    units=("rongdun-agent.service", "sysusers.d/rongdun-agent.conf", "tmpfiles.d/rongdun-agent.conf"),
    deb_needs="libc6 (>= 2.17), libgcc-s1 | libgcc1",
    rpm_needs=("glibc >= 2.17", "libgcc"),
    before_install="""\
if [ -e /opt/rongdun/uninstall.sh ]; then
    echo "rongdun-agent: it is here by install.sh: run /opt/rongdun/uninstall.sh first; state and identity stay" >&2
    exit 1
fi
""",
    after_install={"first": "after_install first\n", "again": "after_install again\n"},
    before_remove="before_remove $service\n",
    after_remove="after_remove\n",
    purge="purge\n",
)

DISCOVERY = Part(
    name="rongdun-agent-discovery",
    summary="Lets the agent watch the wire for devices, in a service of its own (contains scapy)",
    licence="GPL-2.0-only",
    units=("rongdun-discovery.service",),
    deb_needs="rongdun-agent",
    rpm_needs=("rongdun-agent",),
    before_install="",
    after_install={"first": "restart\n", "again": "restart\n"},
    before_remove="before_remove rongdun-discovery.service\n",
    after_remove="after_remove\n",
    purge="",
)


def script(*bodies: str) -> str:
    """A whole script for sh: the shared steps, then these bodies."""
    return "#!/bin/sh\n" + (SCRIPTS / "steps.sh").read_text("utf-8") + "\nset -e\n" + "".join(bodies)
