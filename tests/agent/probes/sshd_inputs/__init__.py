"""Configurations that the real daemons and our resolver have to understand alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.lab.sshd_oracle import Question

MAIN = "/etc/ssh/sshd_config"
BOB = {"user": "bob", "host": "h1.example.com", "addr": "10.1.1.1", "laddr": "127.0.0.1", "lport": "22"}
ALICE = {"user": "alice", "host": "other", "addr": "192.168.0.1", "laddr": "10.0.0.9", "lport": "2222"}
NOBODY = {"lport": "1"}
"""For globals where a Match line asks for the local port: the daemon then wants to be told one."""


@dataclass(frozen=True)
class Input:
    """One configuration and what is asked about it."""

    name: str
    questions: tuple[Question, ...]


@cache
def inputs() -> tuple[Input, ...]:
    """All inputs of all pages, in their order."""
    return tuple(
        one for page in sorted(Path(__file__).parent.glob("*.yaml")) for one in _page(yaml.safe_load(page.read_text()))
    )


def _page(page: Mapping[str, Any]) -> Iterator[Input]:
    beside = {f"{path}": text for path, text in page.get("beside", {}).items()}
    for topic, entries in page.items():
        if topic != "beside":
            yield from (_input(topic, {"config": one} if isinstance(one, str) else one, beside) for one in entries)


def _input(topic: str, entry: Mapping[str, Any], beside: Mapping[str, str]) -> Input:
    config = entry["config"]
    files = {MAIN: config, **beside, **entry.get("files", {})}
    everything = "".join(files.values()).lower()
    arguments = tuple(entry.get("arguments", ()))
    asked: list[Mapping[str, str] | None] = [NOBODY if "localport" in everything else None]
    if "match" in everything or topic == "hard inputs":
        asked += [BOB, ALICE]
    name = entry.get("case") or json.dumps(config)[1:-1]
    return Input(f"{topic}: {name}", tuple(Question(files, connection, arguments) for connection in asked))
