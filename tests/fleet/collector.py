"""A collector as others reach it: on TLS, in a network namespace of its own, asked from another with a read key."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab.segment import LabHost

PROGRAM = Path(sys.executable).parent / "rongdun-collector"
PORT = 8600


@dataclass
class SecureCollector:
    """`rongdun-collector serve` on a host of the segment; another folder is another authority at the same address."""

    host: LabHost
    address: str
    data: Path
    key: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it answers, by its address on the segment."""
        return f"https://{self.address}:{PORT}"

    def prepare(self) -> None:
        """Make what serving beyond loopback asks for, an administrator and a certificate, and a key to read with."""
        self.command("migrate")
        self.command("admin", "create", "wang", "--password-stdin", text="correct horse battery staple\n")
        self.command("tls", "create", "--name", self.address)
        self.key = self.command("key", "create", "tests").split()[-1]

    def start(self) -> None:
        """Start it and wait until it answers this namespace."""
        command = self.host.argv(str(PROGRAM), "serve", "--host", self.address, "--port", str(PORT))
        with self._log.open("ab") as log:
            self.process = subprocess.Popen([*command, "--data", str(self.data)], stdout=log, stderr=log)
        end = time.monotonic() + 120
        while not self._answers():
            assert self.process.poll() is None, self._log.read_text()[-3000:]
            assert time.monotonic() < end, self._log.read_text()[-3000:]
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it and wait until it is gone."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(20)

    def command(self, *words: str, text: str = "") -> str:
        """Run another command over the same data and return what it prints."""
        argv = [PROGRAM, *words, "--data", self.data]
        done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def token(self, count: int = 1) -> str:
        """Make the word that hosts enrol with."""
        return self.command("token", "create", "--url", self.url, "--count", str(count)).split()[-1]

    def get(self, path: str) -> Any:
        """Ask the API over TLS."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.key}"})
        with urllib.request.urlopen(request, timeout=60, context=self._trust()) as answer:
            return json.load(answer)

    def hosts(self) -> dict[str, dict[str, Any]]:
        """Return the hosts that it knows, by id."""
        return {host["id"]: host for host in self.get("/v1/hosts")["hosts"]}

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/healthz", timeout=5, context=self._trust()).close()
        except OSError:
            return False
        return True

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.data / "tls/ca.pem"))

    @property
    def _log(self) -> Path:
        return self.data.with_suffix(".log")
