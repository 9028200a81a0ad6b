"""Pieces of large files, with the same refusals as whole ones."""

from pathlib import Path

import pytest

from rongdun_agent.host import NotAFile, Refused
from tests.agent.conftest import MakeHost
from tests.lab.rights import without_overrides


def test_a_piece_of_a_sparse_file_is_read_alone(make_host: MakeHost, tmp_path: Path) -> None:
    """A lastlog may seem to have terabytes; one record of it has to cost one record."""
    host = make_host({"/var/log/lastlog": b"begin"})
    with (tmp_path / "host/var/log/lastlog").open("r+b") as file:
        file.seek(1 << 40)
        file.write(b"end")
    assert host.read_range("/var/log/lastlog", 1 << 40, 10) == b"end"
    assert host.read_range("/var/log/lastlog", 1, 3) == b"egi"


def test_what_is_absent_closed_or_no_file_is_told_apart(make_host: MakeHost) -> None:
    """As for whole files: absence is an answer, a refusal and a directory are not."""
    host = make_host({"/a": {"content": "x", "mode": "0000"}, "/d": {"dir": True}})
    assert host.read_range("/none", 0, 1) is None
    with pytest.raises(NotAFile):
        host.read_range("/d", 0, 1)
    with without_overrides(), pytest.raises(Refused):
        host.read_range("/a", 0, 1)
