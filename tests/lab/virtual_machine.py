"""A machine of its own with Debian's kernel, for what containers share with their host or are not shown."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.lab.locks import locked
from tests.lab.missing import give_up, need_program, need_root
from tests.lab.roots import Root, cache

SCRIPT = Path(__file__).parent / "qemu/vm.sh"


def run_in_vm(root: Root, script: Path, *, timeout_s: int = 600) -> str:
    """Boot a copy of a bookworm root in memory, run a script as root in it, return what it printed.

    It is emulated, which takes minutes; one at a time.
    """
    need_root("what belongs to root in the image must belong to it in the machine")
    for program, package in (("qemu-system-x86_64", "qemu-system-x86"), ("cpio", "cpio"), ("depmod", "kmod")):
        need_program(program, package)
    kept = cache() / "vm"
    with locked(kept.with_suffix(".lock")):
        done = subprocess.run(
            ["bash", str(SCRIPT), str(root.path), str(script), str(kept), str(timeout_s)],
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=timeout_s + 300,
            env={"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "HOME": os.environ.get("HOME", "/root")},
            check=False,
        )
    if not (kept / "k/boot").is_dir():
        give_up(f"no kernel for a virtual machine: {done.stderr.strip()[-600:]}")
    assert "==END" in done.stdout, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout
