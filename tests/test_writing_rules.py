"""The guide for authors, followed as a newcomer would: its files, its commands, and what it says that they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

DOCS = Path(__file__).parents[1] / "docs"
ENGLISH, CHINESE = "writing-rules.md", "writing-rules.zh-CN.md"
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
STRICT = "trap 'code=$?; [ $code -le {} ] || exit $code' ERR\n"
FOUND, REFUSED = 1, 2
"""Exit statuses: a finding, or a pack that is wrong; input that is refused, which the guide shows with what is said."""


class Block(NamedTuple):
    """A fenced block; `step`: a reader does it, those that are indented only show something."""

    step: bool
    language: str
    text: str


def blocks(page: str) -> list[Block]:
    found = FENCE.findall((DOCS / page).read_text("utf-8"))
    return [Block(not indent, language, text) for indent, language, text in found]


def follow(steps: list[Block], folder: Path) -> Iterator[tuple[str, str]]:
    """Do what the guide says; yields what it promises to be printed with what is."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"}
    printed = ""
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if step.language == "yaml":
            place = folder / step.text.split("\n")[0].removeprefix("# ")
            place.parent.mkdir(exist_ok=True)  # an editor makes a folder, and no more than one at a time
            place.write_text(step.text, "utf-8")
        elif step.language == "sh":
            most = REFUSED if following is not None and following.language == "text" else FOUND
            argv = ["bash", "-c", STRICT.format(most) + step.text]
            done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode <= most, f"{step.text}{done.stdout}{done.stderr}"
            printed = done.stdout + done.stderr
        else:
            yield step.text, printed


def test_a_newcomer_who_types_along_sees_what_the_guide_says(tmp_path: Path) -> None:
    steps = [block for block in blocks(ENGLISH) if block.step]
    promised = 0
    for said, printed in follow(steps, tmp_path):
        pattern = re.escape(said).replace("…", ".*")
        assert re.fullmatch(pattern, printed, re.DOTALL), printed
        promised += 1
    assert promised >= 6
    assert (tmp_path / "city-rules.json").exists()


def test_a_slip_of_the_guide_would_be_noticed(tmp_path: Path) -> None:
    """The test above would be content for ever if nothing that it runs could fail."""
    with pytest.raises(AssertionError):
        list(follow([Block(True, "sh", "rongdun-agent pack lint no-such-folder\n")], tmp_path))
    ((said, printed),) = follow([Block(True, "sh", "echo so\n"), Block(True, "text", "otherwise\n")], tmp_path)
    assert said != printed


def test_both_languages_show_the_same_files_and_commands() -> None:
    assert blocks(ENGLISH) == blocks(CHINESE)
