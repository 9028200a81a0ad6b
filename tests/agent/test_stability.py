"""Facts change when the host does, and only then: history, sharing and `new:` rest on it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.survey import survey
from rongdun_contract.documents import Survey
from rongdun_contract.facts import SECTIONS
from tests.agent.comparing import facts_of
from tests.agent.debian_server import TREE, copy_to, files

ATTEMPTS = 4
"""Other programs, tests among them, may change a living host meanwhile; but not each time the same section."""


NO_COMMENTS = {
    "etc/machine-id",  # one word
    "etc/timezone",  # one word
    "etc/issue.net",  # a text
    "var/lib/dpkg/status",  # a database
    "usr/lib/modules/6.1.0-18-amd64/modules.dep",  # written by depmod
    "usr/lib/modules/6.1.0-18-amd64/modules.builtin",  # written by the kernel's build
}


def facts_of_this_host() -> dict[str, Any]:
    """Return the stable sections as a process of its own tells them: another hash seed, another order of everything."""
    argv = [sys.executable, "-m", "rongdun_agent.cli", "facts", "--no-sources"]
    said = json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)
    sockets = said["sockets"]["facts"]
    # servers that other tests start meanwhile, on loopback all of them; nothing else is left out
    sockets["listening"] = [one for one in sockets["listening"] if one["scope"] != "loopback"]
    return {name: part for name, part in said.items() if not SECTIONS[name].volatile and name != "walk"}


def test_two_runs_on_an_unchanged_host_tell_the_same() -> None:
    """Otherwise every check-in is a change: each host stores its facts again and again, and history is noise."""
    before = facts_of_this_host()
    differences: set[str] = set()
    for attempt in range(ATTEMPTS):
        after = facts_of_this_host()
        found = {name for name in before if before[name] != after[name]}
        differences = found if attempt == 0 else differences & found
        if not differences:
            break
        before = after
    assert differences == set()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("commented") / "host"
    copy_to(root)
    return root


@pytest.fixture(scope="module")
def before(server: Path) -> Survey:
    return survey(Host(root=server))[0]


def test_the_server_tells_something_in_every_section_that_has_files(before: Survey) -> None:
    """A tree that no probe understands would prove nothing below."""
    poor = [name for name, part in facts_of(before).items() if part in ({}, {"unknown": "error"})]
    assert poor == []


def is_text(path: str, root: Path) -> bool:
    content = (root / path).read_text()
    return bool(content) and path not in NO_COMMENTS and not path.endswith((".pub", "authorized_keys"))


@pytest.fixture
def changed(server: Path, request: pytest.FixtureRequest) -> Iterator[Host]:
    """Yield the server with a comment and a blank line more, above or below what the file says."""
    path, place = request.param
    file = server / path
    text, mode = file.read_text(), file.stat().st_mode
    remark = "# reviewed in May\n\n"
    head, rest = (text.split("\n", 1)[0] + "\n", text.split("\n", 1)[1]) if text.startswith("#!") else ("", text)
    file.write_text(f"{head}{remark}{rest}" if place == "above" else f"{text}{remark}")
    yield Host(root=server)
    file.write_text(text)
    file.chmod(mode)


def commented() -> list[Any]:
    return [
        pytest.param((path, place), id=f"{place} {path}")
        for path in files()
        if is_text(path, TREE)
        for place in ("above", "below")
    ]


@pytest.mark.parametrize("changed", commented(), indirect=True)
def test_a_comment_changes_no_facts(changed: Host, before: Survey) -> None:
    """A remark, and the line numbers that it moves, are no news for anybody; only sources may follow."""
    told, said = facts_of(before), facts_of(survey(changed)[0])
    assert {name: said[name] for name in said if said[name] != told[name]} == {}
