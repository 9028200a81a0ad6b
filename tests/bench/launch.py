"""Starts one command, waits for it, and prints as JSON what it and all its children cost.

Run as `python -I -S launch.py [--sample] COMMAND…`: a process of its own and a small one, because the kernel counts
towards a child's peak what its parent held before the exec. The command's output is thrown away.
"""

import ctypes
import json
import os
import sys
import time
from pathlib import Path

PERIOD_S = 0.01
KCMP = {"x86_64": 312, "aarch64": 272}
KCMP_VM = 1


def main() -> None:
    """Measure the command of the command line; with `--sample` also look at the memory of the whole tree."""
    sample = sys.argv[1] == "--sample"
    command = sys.argv[2 if sample else 1 :]
    nowhere = [
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    began = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=nowhere)
    tree_kib = 0
    while sample and not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        tree_kib = max(tree_kib, _tree_kib(pid))
        time.sleep(PERIOD_S)
    _, status, usage = os.wait4(pid, 0)
    cost = {
        "status": os.waitstatus_to_exitcode(status),
        "wall_s": time.perf_counter() - began,
        "cpu_s": usage.ru_utime + usage.ru_stime,  # with every child that was waited for
        # the largest single process, or the sampled tree where that is more
        "peak_kib": max(usage.ru_maxrss, tree_kib),
    }
    print(json.dumps(cost))


def _tree_kib(pid: int) -> int:
    """The memory of a process and of all below it, what they share divided among those that share it."""
    total = _pss_kib(pid)
    try:
        children = [int(child) for line in Path(f"/proc/{pid}/task").glob("*/children") for child in _words(line)]
    except OSError:
        return total  # it has ended meanwhile
    # a child that has not yet executed its program after vfork(2) is in its parent's own memory
    return total + sum(_tree_kib(child) for child in children if not _in_one_memory(pid, child))


def _words(path: Path) -> list[str]:
    return path.read_text().split()


def _in_one_memory(one: int, other: int) -> bool:
    number = KCMP.get(os.uname().machine)
    return number is not None and ctypes.CDLL(None).syscall(number, one, other, KCMP_VM, 0, 0) == 0


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    main()
