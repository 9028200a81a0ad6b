"""The main job on this machine, from nothing: a collector on loopback, this host enrolled, one cycle, the result.

Run by `make demo`. Everything it keeps lies in one folder (default `.demo/`), so a second run goes on where the first
ended.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
START_TIMEOUT_S = 60.0
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class DemoError(Exception):
    """Something that the person at the terminal can mend; the text says how."""


def main() -> int:
    """Run the demo; 0 when everything answered, 1 when a page did not, 2 when it could not start, 130 after Ctrl-C."""
    options = _options()
    for one in _STOPS:
        signal.signal(one, _interrupt)
    try:
        _refuse_taken_port(options.port)
        with _collector(options) as url:
            _enrol(options, url)
            _tool("rongdun-agent", "run", "--once", "--state", str(_agent_state(options)))
            _scan(options)
            pages = _pages(url)
            _print_pages(pages)
            if options.once:
                return _check_pages(pages)
            print("\nThe collector is serving; Ctrl-C stops it.", flush=True)
            signal.pause()
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped; nothing is left running.")
        return 0 if not options.once else 130
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run the main job on this machine with embedded defaults.")
    parser.add_argument("--port", type=int, default=8600, help="loopback port of the collector (default 8600)")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / ".demo", help="where the demo keeps its data")
    parser.add_argument("--once", action="store_true", help="check that the pages answer, and end")
    return parser.parse_args()


def _interrupt(_signal: int, _frame: object) -> None:
    """Stop in order, once: make passes on the signal that it got itself, and a second one must not cut this short."""
    for one in _STOPS:
        signal.signal(one, signal.SIG_IGN)
    raise KeyboardInterrupt


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            message = f"port {port} on 127.0.0.1 is taken ({error.strerror}); choose another: make demo PORT={port + 1}"
            raise DemoError(message) from error


@contextmanager
def _collector(options: argparse.Namespace) -> Iterator[str]:
    """A collector on SQLite and loopback, with the sample register, stopped at the end by its own pid."""
    data = options.folder / "collector"
    data.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{options.port}"
    log = data / "collector.log"
    _tool("rongdun-collector", "migrate", "--data", str(data))
    register = [str(REPOSITORY / "deploy/samples" / name) for name in ("units.csv", "systems.csv")]
    _tool("rongdun-collector", "register", "import", *register, "--data", str(data))
    with log.open("ab") as output:
        process = subprocess.Popen(
            [BIN / "rongdun-collector", "serve", "--port", str(options.port), "--data", data],
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C is ours to pass on, after what we are doing
        )
    try:
        _await(lambda: _answers(f"{url}/healthz"), process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise DemoError(f"the collector did not start; the end of {log}:\n{tail}")
        time.sleep(0.05)


def _agent_state(options: argparse.Namespace) -> Path:
    return Path(options.folder) / "agent"


def _enrol(options: argparse.Namespace, url: str) -> None:
    """Enrol this host unless an earlier demo did; a port chosen anew moves the agent along."""
    state = _agent_state(options)
    if (state / "credential.json").exists():
        _tool("rongdun-agent", "enroll", "--state", str(state), "--moved-to", url)
        return
    token = _tool(
        *("rongdun-collector", "token", "create", "--url", url, "--count", "1", "--expires", "1d"),
        *("--unit", "市大数据服务中心", "--system", "政务云平台", "--data", str(options.folder / "collector")),
        capture=True,
    ).strip()
    _tool("rongdun-agent", "enroll", token, "--state", str(state))


def _scan(options: argparse.Namespace) -> None:
    """Print the result as the agent prints it; failing rules are the normal case here, so exit 1 is no error."""
    scan = ["scan", "--min-confidence", "0", "--state", str(_agent_state(options))]
    done = subprocess.run([BIN / "rongdun-agent", *scan], check=False)
    if done.returncode not in (0, 1):
        raise DemoError(f"rongdun-agent scan ended with {done.returncode}; see its message above")
    if os.geteuid() != 0:
        print("\nThis was not run as root: what only root can read is unknown above; sudo make demo shows all of it.")


def _pages(url: str) -> dict[str, str]:
    with urllib.request.urlopen(f"{url}/v1/hosts", timeout=10) as answer:
        hosts = json.load(answer)["hosts"]
    mine = next((h for h in hosts if h["hostname"] == socket.gethostname()), hosts[0])
    return {
        "Overview 总览": f"{url}/",
        "This host 本机": f"{url}/hosts/{mine['id']}",
        "Metrics": f"{url}/metrics",
        "API documentation": f"{url}/docs",
    }


def _print_pages(pages: dict[str, str]) -> None:
    print()
    for name, address in pages.items():
        print(f"  {name:<20} {address}")


def _check_pages(pages: dict[str, str]) -> int:
    failed = [name for name, address in pages.items() if not _answers(address)]
    for name in failed:
        print(f"demo: {name} does not answer: {pages[name]}", file=sys.stderr)
    if not failed:
        print("\nAll pages answer.")
    return 1 if failed else 0


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return bool(answer.status == 200 and answer.read())  # noqa: PLR2004 - HTTP OK
    except OSError:  # refused, reset, or an HTTP error status
        return False


def _tool(name: str, *arguments: str, capture: bool = False) -> str:
    done = subprocess.run(
        [BIN / name, *arguments],
        check=False,
        text=True,
        stdout=subprocess.PIPE if capture else None,
        start_new_session=True,
    )
    if done.returncode:
        raise DemoError(f"{name} {arguments[0]} ended with {done.returncode}; see its message above")
    return done.stdout or ""


if __name__ == "__main__":
    sys.exit(main())
