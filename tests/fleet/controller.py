"""Whoever runs Ansible: its settings, its inventory of booted servers, and what a run of the role said and did."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.packages.server import Server

BIN = Path(sys.executable).parent
ANSIBLE = Path(__file__).parents[2] / "deploy/ansible"
USER = "ops"
_RECAP = re.compile(r"^(\S+) +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)
_SSH = "-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR"


@dataclass(frozen=True)
class Run:
    """One run of the playbook: what it printed, and by host how many tasks changed something and how many failed."""

    said: str
    changed: dict[str, int]
    failed: dict[str, int]


@dataclass(frozen=True)
class Controller:
    """A folder of our own, for keys, inventory and whatever Ansible writes; `sockets` has a short name."""

    folder: Path
    sockets: Path

    def admit(self, server: Server) -> None:
        """Let us in: an ordinary user with our key, who becomes root by sudo."""
        key = self.folder / "key"
        if not key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        server.machine.write(f"/etc/sudoers.d/{USER}", f"{USER} ALL=(ALL) NOPASSWD: ALL\n")
        server.sh(f"useradd --create-home --shell /bin/bash {USER}; usermod --password '*' {USER}")
        server.machine.write(f"/home/{USER}/.ssh/authorized_keys", key.with_suffix(".pub").read_text())
        server.sh(f"chown -R {USER}: /home/{USER}/.ssh; chmod -R go= /home/{USER}/.ssh")

    def keep_secret(self, **values: str) -> Path:
        """Write variables into an encrypted file."""
        file = self.folder / "vault.yml"
        (self.folder / "password").write_text("a word that opens the vault\n")
        file.write_text(yaml.safe_dump(values))
        self._ansible("ansible-vault", "encrypt", *self._password, str(file))
        assert not any(value in file.read_text() for value in values.values())
        return file

    def play(self, hosts: Mapping[str, Mapping[str, Any]], *words: str, **variables: Any) -> Run:
        """Run the playbook that is shipped, against these hosts and with these variables."""
        reach = {
            "ansible_user": USER,
            "ansible_ssh_private_key_file": str(self.folder / "key"),
            "ansible_ssh_common_args": _SSH,
        }
        inventory = self.folder / "inventory.yml"
        inventory.write_text(yaml.safe_dump({"rongdun": {"hosts": dict(hosts), "vars": {**reach, **variables}}}))
        vault = self.folder / "vault.yml"
        secrets = (*self._password, "-e", f"@{vault}") if vault.exists() else ()
        done = self._ansible("ansible-playbook", "-i", str(inventory), *secrets, *words, str(ANSIBLE / "site.yml"))
        recap = _RECAP.findall(done.stdout)
        assert recap, done.stdout + done.stderr
        failed = {host: int(unreachable) + int(failed) for host, _, unreachable, failed in recap}
        return Run(done.stdout + done.stderr, {host: int(changed) for host, changed, *_ in recap}, failed)

    @property
    def _password(self) -> tuple[str, str]:
        return "--vault-password-file", str(self.folder / "password")

    def _ansible(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.sockets),
            "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=20s",
            "ANSIBLE_TIMEOUT": "60",
        }
        done = subprocess.run(
            [BIN / program, *words], env=env, capture_output=True, text=True, check=False, timeout=900, cwd=self.folder
        )
        assert done.returncode in {0, 2}, done.stdout + done.stderr
        return done


@contextmanager
def arguments_seen() -> Iterator[list[str]]:
    """Collect the arguments of every process that lives while this lasts, here and in all containers."""
    seen: set[str] = set()
    found: list[str] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.05):
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(process.read_text("utf-8", errors="replace").replace("\0", " "))
                except OSError:
                    continue

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()
        found.extend(seen)
