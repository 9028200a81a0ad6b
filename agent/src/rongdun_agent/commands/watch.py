"""`rongdun-agent watch`: the process that watches while a drill lasts; `run` starts it, and again when it dies."""

import argparse
import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rongdun_agent.config import load_config
from rongdun_agent.errors import AgentError
from rongdun_agent.host import Host
from rongdun_agent.state import State, default_state
from rongdun_agent.watch.drill import Drill, Now, current_drill
from rongdun_agent.watch.report import Journal
from rongdun_agent.watch.watcher import Watcher

ENDED, AGAIN = 0, 1
_LOCK_S = 0.2
_PAUSES_S = (1, 2, 5, 10, 30)
_LONGEST_CYCLE_S = 1800


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--state", type=Path, default=None, help="the agent's directory (default: /var/lib/rongdun)")
    parser.add_argument("--config", type=Path, default=None, help="settings (default: /etc/rongdun/agent.toml)")


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Watch until the drill ends: 0; 1 when it lasts and a watcher has to be started again."""
    gc.enable()  # unlike the others this command lives long
    state, journal = State(options.state or default_state()), Journal(out)
    if state.credential() is None:
        raise AgentError(str(state.folder), "this host is not enrolled", "run `rongdun-agent enroll TOKEN` first")
    drill = _with_reference(state, options.config, journal)
    if drill is None:
        return ENDED
    with delivering(state, journal):
        drill = current_drill(state, Now.read())  # a cycle may have ended or changed it while we waited
        if drill is None:
            return ENDED
        if drill.reference is None:
            return AGAIN
        outcome = Watcher(Host(), state, load_config(options.config), drill, journal).run()
    if outcome == "renewed":
        ours = [sys.executable, "-I", "-m", "rongdun_agent.cli", "watch"]
        os.execv(sys.executable, [*ours, *_told(state, options.config)])  # noqa: S606 - this program anew
    if outcome != "ended":
        journal.say(f"ends, the drill does not: {outcome}")
    return ENDED if outcome == "ended" else AGAIN


def _with_reference(state: State, config: Path | None, journal: Journal) -> Drill | None:
    """The drill with its reference: a cycle, in a process of its own, records the host as a whole; None without one."""
    tried = 0
    while (drill := current_drill(state, Now.read())) is not None and drill.reference is None:
        if tried:
            time.sleep(_PAUSES_S[min(tried, len(_PAUSES_S)) - 1])
        tried += 1
        cycle = [sys.executable, "-I", "-m", "rongdun_agent.cli", "run", "--once", *_told(state, config)]
        done = subprocess.run(cycle, check=False, timeout=_LONGEST_CYCLE_S, stdin=subprocess.DEVNULL)  # noqa: S603 - this program
        journal.say(f"drill {drill.id}: a cycle for the reference ended with {done.returncode}")
    if drill is None:
        state.end_drill()
    return drill


@contextmanager
def delivering(state: State, journal: Journal) -> Iterator[None]:
    """Wait until no cycle delivers, and keep others from it."""
    said = False
    while True:
        with state.delivering() as ours:
            if ours:
                yield
                return
        if not said:
            journal.say("waits for a cycle, or another watcher, to end")
        said = True
        time.sleep(_LOCK_S)


def _told(state: State, config: Path | None) -> list[str]:
    return ["--state", str(state.folder), *(["--config", str(config)] if config else [])]
