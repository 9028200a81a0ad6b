"""What is closed to the agent is unknown, and never told as absent: in each place, and in all sections."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.survey import survey
from rongdun_contract.facts import SECTIONS
from tests.agent.comparing import contradictions, facts_of
from tests.agent.debian_server import copy_to, directories, files
from tests.lab.rights import without_overrides

ATTEMPTS = 4
"""A living host may change between two surveys; but not each time in the same fact."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("closed") / "host"
    copy_to(root)
    return root


@pytest.fixture
def closed(server: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Yield the server with one file, or one directory with all that is in it, that only root may open."""
    place = server / request.param
    mode = place.stat().st_mode
    place.chmod(0)
    yield server
    place.chmod(mode)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to see more than others do")
@pytest.mark.parametrize("closed", [*files(), *directories()], indirect=True)
def test_a_closed_place_is_never_told_as_absent(closed: Path) -> None:
    """A rule would pass by what nobody saw: no weak setting, no dangerous job, no open account."""
    whole = facts_of(survey(Host(root=closed))[0])
    with without_overrides():
        told = facts_of(survey(Host(root=closed))[0])
    whole["walk"] |= {"refused": told["walk"].get("refused")}  # the places themselves, which root is not refused
    assert [said for name in whole for said in contradictions(whole[name], told[name], name)] == []


def facts_of_this_host() -> dict[str, Any]:
    return facts_of(survey(Host())[0])


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to see more than nobody does")
def test_nobody_tells_of_this_host_what_root_tells_or_that_it_is_unknown(as_nobody: Callable) -> None:
    """Every section that does not change by itself; section by section, so that none hides behind another."""
    differences: set[str] = set()
    for attempt in range(ATTEMPTS):
        whole, few = facts_of_this_host(), as_nobody(facts_of_this_host)
        stable = [name for name in whole if not SECTIONS[name].volatile]
        found = {said for name in stable for said in contradictions(whole[name], few.get(name), name)}
        differences = found if attempt == 0 else differences & found
        if not differences:
            break
    assert differences == set()
