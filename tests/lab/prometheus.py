"""A real Prometheus for tests, and promtool; configuration and data live in one directory."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.lab.missing import need_program
from tests.lab.ports import free_port

READY_TIMEOUT_S = 30.0
PACKAGE = "prometheus"


@dataclass(frozen=True)
class Prometheus:
    """A running server; `url` is where it answers."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, base: Path, targets: list[str], rules: Path | None = None, **scrape: str) -> Self:
        """Start a server that scrapes the targets each second; `scrape` adds to their job, as `metrics_path`.

        Data that promtool's `tsdb create-blocks-from` wrote into `base / "tsdb"` beforehand is served as history.
        """
        program = need_program("prometheus", PACKAGE)
        base.mkdir(parents=True, exist_ok=True)
        config = base / "prometheus.json"
        config.write_text(json.dumps(_config(targets, rules, scrape)))
        port = free_port()
        argv = [str(program), f"--config.file={config}", f"--storage.tsdb.path={base / 'tsdb'}", "--log.level=warn"]
        argv.append(f"--web.listen-address=127.0.0.1:{port}")
        log = base / "prometheus.log"
        with log.open("wb") as out:
            process = subprocess.Popen(argv, stdout=out, stderr=out, cwd=base)
        server = cls(f"http://127.0.0.1:{port}", process, log)
        server._await_ready()
        return server

    def query(self, expression: str, at: float | None = None) -> list[dict[str, Any]]:
        """Return the result vector of an expression, now or at a moment (seconds since the epoch)."""
        asked = {"query": expression} | ({} if at is None else {"time": str(at)})
        address = f"{self.url}/api/v1/query?{urllib.parse.urlencode(asked)}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return found

    def wait_for(self, expression: str, timeout_s: float = 30) -> list[dict[str, Any]]:
        """Return the result as soon as there is one, and an empty list at the timeout (the first scrape takes 5 s)."""
        end = time.monotonic() + timeout_s
        while not (found := self.query(expression)) and time.monotonic() < end:
            time.sleep(0.2)
        return found

    def stop(self) -> None:
        """Stop the server; safe to call twice."""
        self.process.terminate()
        self.process.wait(30)

    def _await_ready(self) -> None:
        end = time.monotonic() + READY_TIMEOUT_S
        while self.process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError):  # refused, or 503 until it has read its data
                urllib.request.urlopen(f"{self.url}/-/ready", timeout=2).close()
                return
            time.sleep(0.05)
        self.stop()
        message = f"Prometheus did not start: {self.log.read_text(errors='replace')[-2000:]}"
        raise RuntimeError(message)


def promtool(*args: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run promtool; `check metrics` ends with 3 when it only has advice."""
    argv = [str(need_program("promtool", PACKAGE)), *args]
    return subprocess.run(argv, input=stdin, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def _config(targets: list[str], rules: Path | None, scrape: dict[str, str]) -> dict[str, Any]:
    job = {"job_name": "rongdun", "static_configs": [{"targets": targets}]}
    return {
        "global": {"scrape_interval": "1s", "scrape_timeout": "900ms", "evaluation_interval": "1s"},
        "scrape_configs": [job | scrape],
        "rule_files": [str(rules)] if rules else [],
    }
