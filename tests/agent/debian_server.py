"""A copy of the tree `tests/hosts/debian_server`, with the modes that its files have on a real server."""

from __future__ import annotations

import shutil
from pathlib import Path

from rongdun_agent.host import Host

TREE = Path(__file__).parents[1] / "hosts/debian_server"
CLOSED = {
    "etc/shadow": 0o640,
    "etc/gshadow": 0o640,
    "etc/sudoers": 0o440,
    "etc/sudoers.d": 0o750,
    "etc/sudoers.d/lin": 0o440,
    "etc/audit": 0o750,
    "etc/crypttab": 0o600,
    "boot/grub/grub.cfg": 0o600,
    "var/spool/cron/crontabs": 0o730,
    "var/spool/cron/crontabs/lin": 0o600,
    "home/lin": 0o700,
    "home/lin/.ssh": 0o700,
    "home/lin/.ssh/authorized_keys": 0o600,
}


def files() -> list[str]:
    """Every file of the tree, symlinks left out, relative to its root."""
    return sorted(str(path.relative_to(TREE)) for path in TREE.rglob("*") if path.is_file() and not path.is_symlink())


def directories() -> list[str]:
    """Every directory of the tree, relative to its root."""
    return sorted(str(path.relative_to(TREE)) for path in TREE.rglob("*") if path.is_dir() and not path.is_symlink())


def copy_to(root: Path) -> Host:
    """Lay the server out at `root`, whatever modes the checkout has."""
    shutil.copytree(TREE, root, symlinks=True)
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(CLOSED.get(str(path.relative_to(root)), 0o755 if runs else 0o644))
    return Host(root=root)
