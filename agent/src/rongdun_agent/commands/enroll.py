"""`rongdun-agent enroll TOKEN`: exchange an enrolment token for a credential of this host's own."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from rongdun_agent.collector_client import Client
from rongdun_agent.enrolment import enrol
from rongdun_agent.errors import AgentError
from rongdun_agent.host import Host
from rongdun_agent.state import State, default_state
from rongdun_agent.survey import survey

CLAIMED = ("identity", "network")
"""Sections by which a host says who it is."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("token", nargs="?", help="the line that `rongdun-collector token create` printed")
    parser.add_argument("--moved-to", metavar="URL", help="an enrolled host's collector has another address now")
    parser.add_argument("--state", type=Path, default=None, help="the agent's directory (default: /var/lib/rongdun)")


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Enrol, or note the collector's new address; 0, or an error that says what to do."""
    state = State(options.state or default_state())
    if options.moved_to is not None:
        return _move(state, options.moved_to, out)
    if options.token is None:
        raise AgentError("enroll", "needs a token", "make one with `rongdun-collector token create`")
    facts, _ = survey(Host(), sections=CLAIMED)
    credential = enrol(options.token, state, facts)
    out.write(f"Enrolled at {credential.url} as host {credential.host}.\n")
    return 0


def _move(state: State, url: str, out: TextIO) -> int:
    credential = state.credential()
    if credential is None:
        raise AgentError(str(state.folder), "this host is not enrolled", "enrol it with a token")
    moved = replace(credential, url=url.rstrip("/"))
    Client.of(moved).close()  # refuses an address that the credential may not be sent to
    state.save_credential(moved)
    out.write(f"Host {moved.host} reports to {moved.url} from now on.\n")
    return 0
