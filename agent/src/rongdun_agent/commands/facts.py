"""`rongdun-agent facts`: sections as JSON."""

import argparse
import json
from typing import Any, TextIO

from rongdun_agent.errors import AgentError
from rongdun_agent.guesses.stamp import stamp_of
from rongdun_agent.scan.options import add_host_arguments, asked_of
from rongdun_agent.scan.target import open_host, with_kept_guesses, with_kept_walk
from rongdun_agent.state import State, default_state
from rongdun_agent.survey import WALK, survey
from rongdun_contract.documents import Section, Unavailable
from rongdun_contract.facts import SECTIONS
from rongdun_contract.rules.problems import nearest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="sections to print (default: all)")
    add_host_arguments(parser)
    parser.add_argument("--no-sources", action="store_true", help="leave out where the facts came from")


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Print `{section: {schema, facts, sources} | {unavailable, detail}}`."""
    for name in options.sections:
        if name not in SECTIONS:
            raise AgentError(name, "there is no such section", nearest(name, SECTIONS))
    host = open_host(options.root)
    walk = options.walk or WALK in options.sections
    of = stamp_of(host)
    found, _ = survey(host, sections=options.sections or None, walk=walk, guess=asked_of(options))
    state = State(options.state or default_state())
    found = with_kept_guesses(host, with_kept_walk(host, found, state), state, of)
    shown = {name: _plain(part, sources=not options.no_sources) for name, part in found.items()}
    json.dump(shown, out, ensure_ascii=False, indent=2)
    out.write("\n")
    return 0


def _plain(part: Section | Unavailable, *, sources: bool) -> dict[str, Any]:
    if isinstance(part, Unavailable):
        return {"unavailable": part.reason, "detail": part.detail}
    plain: dict[str, Any] = {"schema": part.schema}
    if part.taken_at is not None:
        plain["taken_at"] = part.taken_at.isoformat()
    plain["facts"] = part.facts
    return plain | ({"sources": part.sources} if sources else {})
