"""`rongdun-agent enroll TOKEN`: exchange an enrolment token for a credential of this host's own."""

import argparse
import sys
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
LONGEST_TOKEN = 16_384
"""Characters; more is no token but a wrong file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("token", nargs="?", help="what the collector's `token create` printed; - reads standard input")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="take the token from a file")
    parser.add_argument("--moved-to", metavar="URL", help="an enrolled host's collector has another address now")
    parser.add_argument("--state", type=Path, default=None, help="the agent's directory (default: /var/lib/rongdun)")


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Enrol, or note the collector's new address; 0, or an error that says what to do."""
    state = State(options.state or default_state())
    if options.moved_to is not None:
        return _move(state, options.moved_to, out)
    token = _token(options)
    facts, _ = survey(Host(), sections=CLAIMED)
    credential = enrol(token, state, facts)
    out.write(f"Enrolled at {credential.url} as host {credential.host}.\n")
    return 0


def _token(options: argparse.Namespace) -> str:
    """The token as an argument, which every user of the host sees in the list of processes, or from where none does."""
    word, file = options.token, options.token_file
    if (word is None) == (file is None):
        what = "needs a token" if word is None else "got two tokens"
        raise AgentError("enroll", what, "make one with `rongdun-collector token create`, and give it once")
    if word not in {None, "-"}:
        return str(word)
    if file is None:
        return sys.stdin.read(LONGEST_TOKEN).strip()
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return str(opened.read(LONGEST_TOKEN)).strip()
    except OSError as error:
        raise AgentError(str(file), f"cannot be read ({error.strerror})", "mend its path or its permissions") from error


def _move(state: State, url: str, out: TextIO) -> int:
    credential = state.credential()
    if credential is None:
        raise AgentError(str(state.folder), "this host is not enrolled", "enrol it with a token")
    moved = replace(credential, url=url.rstrip("/"))
    Client.of(moved).close()  # refuses an address that the credential may not be sent to
    state.save_credential(moved)
    out.write(f"Host {moved.host} reports to {moved.url} from now on.\n")
    return 0
