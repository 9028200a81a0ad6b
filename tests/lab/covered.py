"""A Debian root covered with a test's own files: what a script does inside is thrown away with the mount."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.lab.roots import CLEAN, Root

_ENTER = """
set -e
mount -t tmpfs tmpfs "$SPOT"
mkdir "$SPOT/upper" "$SPOT/work" "$SPOT/root"
cp -a "$FILES/." "$SPOT/upper/"
mount -t overlay overlay -o "lowerdir=$ROOT,upperdir=$SPOT/upper,workdir=$SPOT/work" "$SPOT/root"
mount -t proc proc "$SPOT/root/proc"
mount -t tmpfs tmpfs "$SPOT/root/run"
for device in null zero urandom; do
    touch "$SPOT/root/dev/$device"
    mount --bind "/dev/$device" "$SPOT/root/dev/$device"
done
exec chroot "$SPOT/root" /bin/sh -s
"""


def lay_out(base: Path, files: Mapping[str, str | bytes], modes: Mapping[str, int] | None = None) -> Path:
    """Write files below a new directory, which our side reads as a tree and `run_covered` lays over a root."""
    shutil.rmtree(base, ignore_errors=True)
    base.mkdir(parents=True)
    for path, content in files.items():
        place = Path(f"{base}{path}")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
    for path, mode in (modes or {}).items():
        Path(f"{base}{path}").chmod(mode)
    return base


def run_covered(root: Root, files: Path, script: str, timeout_s: float = 60) -> str:
    """Run a shell script inside the root with the files laid over it; returns what it printed, raises when it fails."""
    spot = files.with_name(files.name + ".spot")
    spot.mkdir(exist_ok=True)
    done = subprocess.run(
        ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--propagation", "private", "sh", "-c", _ENTER],
        input=script,
        capture_output=True,
        encoding="utf-8",
        errors="backslashreplace",
        env={**CLEAN, "ROOT": str(root.path), "FILES": str(files), "SPOT": str(spot)},
        timeout=timeout_s,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"in {root.suite}: exit status {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout
