"""`rongdun-agent status`: what the agent is doing, what went wrong last, what waits on disk."""

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from rongdun_agent.errors import AgentError
from rongdun_agent.state import State, Waiting, default_state
from rongdun_agent.watch.words import drill_lines, watches_well

NOT_WELL = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--state", type=Path, default=None, help="the agent's directory (default: /var/lib/rongdun)")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Print the state; 0 when the last cycle was delivered whole, 1 when something waits or was not read."""
    state = State(options.state or default_state())
    credential = state.credential()
    if credential is None:
        raise AgentError(str(state.folder), "this host is not enrolled", "run `rongdun-agent enroll TOKEN` first")
    last, waiting = state.last_cycle(), state.waiting(datetime.now(UTC))
    found = {
        "collector": credential.url,
        "host": credential.host,
        "cycle": last or None,
        "waiting": None if waiting is None else asdict(waiting),
        "drill": state.drill(),
        "watcher": state.watch_report() or None,
        "drill_refused": state.drill_refusal(),
    }
    if options.format == "json":
        out.write(json.dumps(found, ensure_ascii=False, indent=2, default=datetime.isoformat) + "\n")
    else:
        out.writelines(f"{line}\n" for line in (*_lines(found, last, waiting), *drill_lines(found)))
    if found["drill"] is not None:
        return 0 if last and watches_well(found, datetime.now(UTC)) else NOT_WELL
    return 0 if last and not last["problem"] and not last["pending"] else NOT_WELL


def _lines(found: dict[str, Any], last: dict[str, Any], waiting: Waiting | None) -> list[str]:
    lines = [f"Collector   {found['collector']}", f"Host        {found['host']}"]
    if waiting is not None:
        lines.append(f"Waits       since {waiting.since:%FT%T}Z, until {waiting.until:%FT%T}Z at most: {waiting.why}")
    if not last:
        return [*lines, "Last cycle  none yet"]
    waited = f", after waiting {last['waited_s']:.0f} s for less pressure" if last.get("waited_s") else ""
    lines += [
        f"Last cycle  {last['at']}, {last['seconds']:.1f} s, the next after {last['interval_s']} s{waited}",
        f"Last walk   {last['walked_at'] or 'none yet'}",
        f"On disk     {last['pending']} states, {last['pending_bytes']} bytes",
        f"Problem     {last['problem'] or 'none'}",
    ]
    return lines + [f"Not read    {name}: {error}" for name, error in sorted(last["probe_errors"].items())]
