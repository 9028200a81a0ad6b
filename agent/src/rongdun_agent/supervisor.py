"""The resident half of the agent: sleeps, starts a worker for each cycle, and holds as little as an interpreter can.

Run as `python -I -S supervisor.py STATE COMMAND...`; it imports nothing of ours and nothing that it does not need. The
worker leaves the wished interval in STATE/interval. Ends on SIGTERM or SIGINT, the running worker first.
"""

import os
import signal
import sys
import time

DEFAULT_INTERVAL_S = 900
LONGEST_CYCLE_S = 1800
_STOP = {signal.SIGTERM, signal.SIGINT}


def main(arguments: list[str]) -> int:
    """Start a worker, wait for it, sleep; for ever."""
    state, command = arguments[0], arguments[1:]
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP | {signal.SIGCHLD})
    wait = 0.0
    while True:
        if _stopped_within(wait):
            return 0
        worker = os.posix_spawn(command[0], command, os.environ, setsigmask=())
        if not _ended(worker):
            return 0
        wait = _interval(state) * (0.9 + 0.2 * int.from_bytes(os.urandom(2), "big") / 65535)


def _stopped_within(seconds: float) -> bool:
    """Sleep; true when told to stop."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        got = signal.sigtimedwait(_STOP, left)
        if got is not None:
            return True
    return signal.sigtimedwait(_STOP, 0) is not None


def _ended(worker: int) -> bool:
    """Wait for the worker, at most so long; false when told to stop, the worker ended first."""
    end = time.monotonic() + LONGEST_CYCLE_S
    while os.waitpid(worker, os.WNOHANG)[0] == 0:
        got = signal.sigtimedwait(_STOP | {signal.SIGCHLD}, max(0.0, end - time.monotonic()))
        if got is None or got.si_signo in _STOP:
            _end(worker)
            return got is None
    return True


def _end(worker: int) -> None:
    """Ask, then kill after five seconds."""
    os.kill(worker, signal.SIGTERM)
    for _ in range(50):
        if os.waitpid(worker, os.WNOHANG)[0]:
            return
        time.sleep(0.1)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)


def _interval(state: str) -> int:
    try:
        with open(state + "/interval", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs a third of this process
            return min(86400, max(10, int(file.read(16))))
    except (OSError, ValueError):
        return DEFAULT_INTERVAL_S


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
