"""What installing does to a host's folders, in a namespace whose /etc and /var/lib are its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.lab.missing import need_root

STEPS = Path(__file__).parents[2] / "deploy/packages/scripts/steps.sh"
HOST = """
set -e
mount -t tmpfs etc /etc
mount -t tmpfs lib /var/lib
printf 'root:x:0:0::/:/bin/sh\\nrongdun:x:901:901::/:/bin/sh\\nrongdun-discovery:x:902:902::/:/bin/sh\\n' > /etc/passwd
printf 'root:x:0:\\nrongdun:x:901:\\nrongdun-discovery:x:902:\\n' > /etc/group
mkdir -m 0700 /var/lib/rongdun
echo '{}' > /var/lib/rongdun/credential.json
"""
LOOK = "\nstat -c '%u %n' /var/lib/rongdun /var/lib/rongdun/credential.json\n"
TELLS = '#!/bin/sh\necho "systemd-tmpfiles $*"\n'


def installed(tmp_path: Path, before: str = "") -> list[str]:
    """Install on a host where the agent was run as root; whose the state is then."""
    need_root("a namespace with folders of its own is made")
    place = tmp_path / "systemd-tmpfiles"
    place.write_text(TELLS)
    place.chmod(0o755)
    script = f"{HOST}{before}\nPATH={tmp_path}:$PATH\n. {STEPS}\nmake_folders{LOOK}"
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_what_was_made_by_hand_as_root_becomes_the_services(tmp_path: Path) -> None:
    assert installed(tmp_path) == ["901 /var/lib/rongdun", "901 /var/lib/rongdun/credential.json"]


def test_where_the_host_says_whose_the_folders_are_that_stays(tmp_path: Path) -> None:
    """With systemd 219 the agent is root without the right to write what is another's: upgraded, it could not run."""
    before = "mkdir /etc/tmpfiles.d; : > /etc/tmpfiles.d/rongdun-agent.conf"
    assert installed(tmp_path, before) == [
        "systemd-tmpfiles --create rongdun-agent.conf",
        "0 /var/lib/rongdun",
        "0 /var/lib/rongdun/credential.json",
    ]
