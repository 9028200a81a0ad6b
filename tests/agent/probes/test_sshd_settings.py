"""Every setting, compared with what the real daemons of Debian 11, 12 and 13 print for the same files.

The answers never come from us: a release that changes its mind changes the expectation in the same run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.sshd_config.algorithms import algorithms_of
from rongdun_agent.sshd_config.arguments import parse
from rongdun_agent.sshd_config.build import Build, build_in
from rongdun_agent.sshd_config.configuration import read_configuration
from rongdun_agent.sshd_config.criteria import Connection
from rongdun_agent.sshd_config.environment import Word
from rongdun_agent.sshd_config.options import ConfigError
from rongdun_agent.sshd_config.printed import printed
from tests.agent.probes.sshd_inputs import Input, inputs
from tests.lab.roots import SUITES, Root
from tests.lab.sshd_algorithms import measure
from tests.lab.sshd_oracle import Answer, Oracle, Question, comparable

Asked = Mapping[str, list[tuple[Path, Question, Answer]]]


@pytest.fixture(scope="module", params=SUITES)
def oracle(
    request: pytest.FixtureRequest, debian_root: Callable[..., Root], tmp_path_factory: pytest.TempPathFactory
) -> Oracle:
    """Return the daemon of one release."""
    return Oracle(debian_root(request.param, "openssh-server"), tmp_path_factory.mktemp("sshd"))


@pytest.fixture(scope="module")
def build(oracle: Oracle) -> Build:
    """Return the release as its program says it."""
    return build_in(Path(f"{oracle.root.path}/usr/sbin/sshd").read_bytes())


@pytest.fixture(scope="module")
def asked(oracle: Oracle) -> Asked:
    """Return the daemon's answers to all inputs, asked at once."""
    pairs = [(one.name, oracle.tree(question.files), question) for one in inputs() for question in one.questions]
    answers = oracle.ask([(tree, question) for _, tree, question in pairs])
    found: dict[str, list[tuple[Path, Question, Answer]]] = {}
    for (name, tree, question), answer in zip(pairs, answers, strict=True):
        found.setdefault(name, []).append((tree, question, answer))
    return found


def resolved(tree: Path, question: Question, build: Build) -> tuple[str, ...] | None:
    """Return our answer in the daemon's format; None where we say that it would refuse."""
    line = parse([Word(word, "command line") for word in question.arguments])
    configuration = read_configuration(Host(tree), build, main=line.main, arguments=line.arguments)
    if configuration.problems:
        return None
    try:
        return comparable(printed(configuration.for_connection(connection(question)), build))
    except ConfigError:
        return None


def connection(question: Question) -> Connection:
    """Return the connection that `-C` describes."""
    told = question.connection or {}
    return Connection(
        user=told.get("user"),
        host=told.get("host"),
        address=told.get("addr"),
        local_address=told.get("laddr"),
        local_port=int(told["lport"]) if "lport" in told else None,
    )


@pytest.mark.parametrize("given", inputs(), ids=lambda one: one.name)
def test_settings_are_those_of_the_daemon(given: Input, asked: Asked, build: Build) -> None:
    """All keywords, for the globals and for two connections where blocks could tell them apart."""
    for tree, question, answer in asked[given.name]:
        assert resolved(tree, question, build) == answer.lines, (question.connection, answer.complaint)


def test_nothing_is_executed(asked: Asked, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent must not start a network daemon to learn how it is set."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    for name in ("os.posix_spawn", "os.fork", "os.execve", "subprocess.Popen"):
        monkeypatch.setattr(name, refuse)
    tree, question, _ = asked["hard inputs: plain no"][0]
    assert resolved(tree, question, build)


def test_algorithms_are_those_of_the_programs(oracle: Oracle, build: Build) -> None:
    """The one table that we keep has to be remade when a release of Debian changes it."""
    assert algorithms_of(build) == measure(oracle.root)


def test_the_program_tells_its_release(build: Build) -> None:
    """Everything hangs on it: dialect, keywords, defaults."""
    assert build.version in {"8.4p1", "9.2p1", "10.0p2"}
    assert re.match(r"Debian-\d", build.vendor or "")
    assert build.complete
