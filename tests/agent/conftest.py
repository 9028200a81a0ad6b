"""Hosts made of real files."""

# ruff: noqa: PTH101, PTH103, PTH120, PTH123, PTH211 - names are bytes here, which pathlib refuses

import os
import pickle
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.host import Host, as_bytes

_NOBODY = 65534

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


@pytest.fixture
def shared_path() -> Iterator[Path]:
    """A directory like `tmp_path`, but one that other accounts may enter."""
    with tempfile.TemporaryDirectory(prefix="rongdun-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def as_nobody() -> Callable[[Callable[[], Any]], Any]:
    """Call a function in a child process that has no rights, and return its (picklable) answer."""
    return _call_without_rights


def _call_without_rights(function: Callable[[], Any]) -> Any:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(_NOBODY, _NOBODY, _NOBODY)
                os.setresuid(_NOBODY, _NOBODY, _NOBODY)
            with os.fdopen(writer, "wb") as answers:
                answers.write(pickle.dumps(function()))
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        data = answers.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, "the child without rights failed; its traceback is above"
    return pickle.loads(data)  # noqa: S301 - our own child's answer


MakePack = Callable[..., Path]


@pytest.fixture
def make_pack(tmp_path: Path) -> MakePack:
    """Write a pack of rules about accounts: `{id: rule text}`, cases as `{id: cases text}`."""

    def make(rules: Mapping[str, str], cases: Mapping[str, str] | None = None, needs: str = "{accounts: 3}") -> Path:
        folder = tmp_path / "pack"
        (folder / "group").mkdir(parents=True, exist_ok=True)
        head = f'id: trial\nversion: "1.2.3"\nkind: baseline\ntitle: {{zh: 试, en: trial}}\nneeds: {needs}\n'
        (folder / "pack.yaml").write_text(head)
        for name, text in rules.items():
            words = f"id: {name}\ntitle: {{zh: 标题, en: A title}}\nwhy: {{zh: 因为, en: because}}\n"
            (folder / f"group/{name}.yaml").write_text(f"{words}fix: {{zh: 改, en: mend it}}\n{text}")
        for name, text in (cases or {}).items():
            (folder / f"group/{name}.cases.yaml").write_text(text)
        return folder

    return make
