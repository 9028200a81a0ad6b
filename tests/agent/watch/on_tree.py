"""`rongdun-agent watch` for a tree of files in the place of this machine.

`python -m tests.agent.watch.on_tree ROOT STATE CONFIG`

The reference has to be pinned already: no cycle is started.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from rongdun_agent.commands.watch import delivering
from rongdun_agent.config import load_config
from rongdun_agent.host import Host
from rongdun_agent.state import State
from rongdun_agent.watch.drill import Now, current_drill
from rongdun_agent.watch.report import Journal
from rongdun_agent.watch.watcher import Watcher


def watch(root: Path, state: State, config: Path) -> str:
    """Watch until the drill ends; how it ended."""
    gc.enable()
    journal = Journal(sys.stdout)
    with delivering(state, journal):
        drill = current_drill(state, Now.read())
        assert drill is not None
        return Watcher(Host(root), state, load_config(config), drill, journal).run()


if __name__ == "__main__":
    outcome = watch(Path(sys.argv[1]), State(Path(sys.argv[2])), Path(sys.argv[3]))
    print("outcome:", outcome, flush=True)
