"""A network namespace of a test's own: its own interfaces and sockets, entered by the calling thread."""

from __future__ import annotations

import ctypes
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.missing import need_program, need_root

_CLONE_NEWNET = 0x40000000


@contextmanager
def network_namespace() -> Iterator[None]:
    """Move this thread into a new network namespace, loopback up, and back again; what it held is gone afterwards."""
    need_root("a network namespace is made")
    need_program("ip", "iproute2")
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.unshare(_CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "unshare")
        ip("link", "set", "lo", "up")
        yield
    finally:
        libc.setns(home, _CLONE_NEWNET)
        os.close(home)


@contextmanager
def named_namespace() -> Iterator[str]:
    """Make another namespace beside the calling thread's, by a name that ip(8) takes; it is removed afterwards."""
    name = f"rongdun-{os.getpid()}-{secrets.token_hex(3)}"
    ip("netns", "add", name)
    try:
        ip("-n", name, "link", "set", "lo", "up")
        yield name
    finally:
        ip("netns", "del", name)


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Move this thread, and what it starts, into a named namespace, and back again."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    there = os.open(f"/run/netns/{name}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.setns(there, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        libc.setns(home, _CLONE_NEWNET)
        os.close(there)
        os.close(home)


def ip(*arguments: str) -> str:
    """Return what iproute2's ip prints in the namespace of the calling thread."""
    return subprocess.run(["ip", *arguments], capture_output=True, text=True, check=True, timeout=10).stdout
