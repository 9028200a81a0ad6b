"""Configurations that nobody thought of: made at random, answered by the daemons, compared keyword by keyword.

`RONGDUN_SSHD_SEED` and `RONGDUN_SSHD_COUNT` make other and longer runs; a failure prints the files that it takes.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.sshd_config.build import Build, build_in
from rongdun_agent.sshd_config.configuration import Configuration, read_configuration
from rongdun_agent.sshd_config.contexts import kinds
from rongdun_agent.sshd_config.criteria import Connection, MatchLine, met
from rongdun_agent.sshd_config.options import ConfigError
from tests.agent.probes.sshd_generator import CONNECTIONS, questions
from tests.agent.probes.test_sshd_settings import resolved
from tests.lab.roots import SUITES, Root, Suite
from tests.lab.sshd_oracle import Oracle

SEED = int(os.environ.get("RONGDUN_SSHD_SEED", "2022"))
COUNT = int(os.environ.get("RONGDUN_SSHD_COUNT", "150"))
CRASHED = "Segmentation fault"
"""What 10.0 does when a Match block defines the first Subsystem: no answer to compare with."""


@pytest.mark.parametrize("suite", SUITES)
def test_random_configurations(
    suite: Suite, debian_root: Callable[..., Root], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A resolver that was tuned on known inputs shows here."""
    oracle = Oracle(debian_root(suite, "openssh-server"), tmp_path_factory.mktemp("sshd"))
    build = _build(oracle)
    asked = [(oracle.tree(question.files), question) for question in questions(SEED, COUNT)]
    accepted = compared = 0
    for (tree, question), answer in zip(asked, oracle.ask(asked), strict=True):
        if CRASHED not in answer.complaint:
            assert resolved(tree, question, build) == answer.lines, (question, answer.complaint)
            compared += 1
            accepted += answer.lines is not None
    assert accepted > compared / 2, "most configurations have to be good ones, or little is compared"


def test_every_connection_is_of_a_listed_kind(tmp_path: Path, debian_root: Callable[..., Root]) -> None:
    """A kind of connection that is not listed is one that no rule looks at."""
    oracle = Oracle(debian_root("bookworm", "openssh-server"), tmp_path)
    build = _build(oracle)
    several = 0
    for question in questions(SEED + 1, COUNT):
        configuration = read_configuration(Host(oracle.tree(question.files)), build)
        found = None if configuration.problems else kinds(configuration)
        if found is None:
            continue
        several += len(found) > 1
        listed = {kind.lines: kind.options for kind in found}
        assert found[0].lines == ()
        for told in CONNECTIONS:
            connection = Connection(told["user"], told["host"], told["addr"], told["laddr"], int(told["lport"]))
            lines = _applied(configuration, connection)
            if lines is None:
                continue
            assert lines in listed, (question, told)
            expected = configuration.for_connection(connection).settings
            assert {name: one.value for name, one in listed[lines].settings.items()} == {
                name: one.value for name, one in expected.items()
            }
    assert several > COUNT / 4


def _applied(configuration: Configuration, connection: Connection) -> tuple[MatchLine, ...] | None:
    """The blocks that a connection satisfies; None where they contradict each other and the daemon hangs up."""
    applied: list[MatchLine] = []

    def satisfied(line: MatchLine) -> bool:
        hit = all(met(one, connection, configuration.build, configuration.names) for one in line.criteria)
        if hit and not line.always and line not in applied:
            applied.append(line)
        return hit

    try:
        configuration.settings(satisfied)
    except ConfigError:
        return None
    return tuple(applied)


def _build(oracle: Oracle) -> Build:
    return build_in(Path(f"{oracle.root.path}/usr/sbin/sshd").read_bytes())
