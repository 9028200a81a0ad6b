"""Hosts made of real files."""

# ruff: noqa: PTH - names are bytes here, which pathlib refuses

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.host import Host, as_bytes

MakeHost = Callable[[Mapping[str, Any]], Host]


@pytest.fixture
def make_host(tmp_path: Path) -> MakeHost:
    r"""Build a tree and return the host that it stands for.

    Keys are absolute paths as facts write them (`\xff` is a byte). Values: text or bytes, or a mapping with `content`,
    `symlink` or `dir`, and optionally `mode` ("0640"), `owner`, `group` (numbers; need root).
    """

    def make(files: Mapping[str, Any]) -> Host:
        root = tmp_path / "host"
        root.mkdir(exist_ok=True)
        settled = []
        for path, value in files.items():
            place = os.fsencode(root) + as_bytes(path)
            _put(place, value if isinstance(value, Mapping) else {"content": value})
            if isinstance(value, Mapping):
                settled.append((place, value))
        for place, value in reversed(settled):  # a directory's mode last, or its files could not be made
            _settle(place, value)
        return Host(root=root)

    return make


def _put(place: bytes, value: Mapping[str, Any]) -> None:
    os.makedirs(place if value.get("dir") else os.path.dirname(place), exist_ok=True)
    if "symlink" in value:
        os.symlink(as_bytes(value["symlink"]), place)
    elif not value.get("dir"):
        content = value.get("content", "")
        with open(place, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)


def _settle(place: bytes, value: Mapping[str, Any]) -> None:
    if "owner" in value or "group" in value:
        os.chown(place, value.get("owner", -1), value.get("group", -1), follow_symlinks=False)
    if "mode" in value:
        os.chmod(place, int(value["mode"], 8))
