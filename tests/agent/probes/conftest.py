"""Probes as an ordinary account sees the host: what may not be read must be unknown, never absent."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probed import Probed

ProbeAsNobody = Callable[[Callable[[Host], Probed]], Probed]
_NOBODY = 65534


@pytest.fixture
def probe_as_nobody(tmp_path: Path) -> ProbeAsNobody:
    """Run a probe over the tree of `make_host` without root's rights; a test run by an ordinary account needs no detour."""

    def run(probe: Callable[[Host], Probed]) -> Probed:
        root = tmp_path / "host"
        if os.geteuid() != 0:
            return probe(Host(root=root))
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _answer(probe, root, writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as answer:
            found = pickle.loads(answer.read())  # noqa: S301 - our own child wrote it
        os.waitpid(child, 0)
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, Probed)
        return found

    return run


def _answer(probe: Callable[[Host], Probed], root: Path, writing: int) -> None:
    """In the child: drop all rights, probe the working directory (its parents may be closed to us), hand back, end."""
    try:
        os.chdir(root)
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
        found: object = probe(Host(root=Path()))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent raises it
        found = error
    with os.fdopen(writing, "wb") as out:
        out.write(pickle.dumps(found))
    os._exit(0)
