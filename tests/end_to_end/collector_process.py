"""A collector as its own process, by its command line, that tests may kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent


@dataclass
class CollectorProcess:
    """`rongdun-collector serve` on a port of its own, over a folder or a database."""

    place: tuple[str, ...]
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, without waiting."""
        command = [BIN / "rongdun-collector", "serve", "--port", str(self.port), *self.place]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out)

    def wait(self, within_s: float = 60) -> None:
        """Wait until it answers."""
        end = time.monotonic() + within_s
        while not self.answers():
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < end, self.log.read_text()[-2000:]
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether /healthz answers."""
        try:
            urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """Kill it with the signal that nobody can catch."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(20)

    def stop(self) -> None:
        """Stop it in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def command(self, *arguments: str) -> str:
        """Run another command over the same data and return what it prints."""
        done = subprocess.run(
            [BIN / "rongdun-collector", *arguments, *self.place],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
