"""`rongdun-agent run`: the service; `--once` does a single cycle in this process."""

import argparse
import os
import sys
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from typing import TextIO

import rongdun_agent
from rongdun_agent.errors import AgentError
from rongdun_agent.state import State, default_state

UNDELIVERED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--once", action="store_true", help="do one cycle and end; 1 when the collector did not take it"
    )
    parser.add_argument("--state", type=Path, default=None, help="the agent's directory (default: /var/lib/rongdun)")
    parser.add_argument("--config", type=Path, default=None, help="settings (default: /etc/rongdun/agent.toml)")


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Do one cycle, or become the supervisor that starts one after another."""
    state = State(options.state or default_state())
    if options.once:
        return _once(state, options.config, out)
    if state.credential() is None:
        raise AgentError(str(state.folder), "this host is not enrolled", "run `rongdun-agent enroll TOKEN` first")
    supervisor = compiled(Path(rongdun_agent.__file__).with_name("supervisor.py"))
    flags = ["-I", *(["-B"] if sys.flags.dont_write_bytecode else [])]  # -I: nothing is imported from where it started
    ours = [sys.executable, *flags, "-m", "rongdun_agent.cli"]
    told = ["--state", str(state.folder), *(["--config", str(options.config)] if options.config else [])]
    children = [*ours, "run", "--once", *told, "--", *ours, "watch", *told]
    out.flush()
    return os.execv(sys.executable, [sys.executable, "-I", "-S", str(supervisor), str(state.folder), *children])  # noqa: S606 - our own file


def compiled(source: Path) -> Path:
    """Return the compiled form, if it is of this very source (PEP 552): it spares the resident process a megabyte."""
    kept = Path(cache_from_source(str(source)))
    try:
        with kept.open("rb") as file:
            head = file.read(16)
        stat = source.stat()
        of_time = int(stat.st_mtime).to_bytes(4, "little") + stat.st_size.to_bytes(4, "little")
        wanted = source_hash(source.read_bytes()) if head[4:5] in {b"\1", b"\3"} else of_time
    except OSError:
        return source
    return kept if head[:4] == MAGIC_NUMBER and head[8:] == wanted else source


def _once(state: State, config: Path | None, out: TextIO) -> int:
    from rongdun_agent.config import load_config  # noqa: PLC0415 - the supervisor's start imports none of this
    from rongdun_agent.cycle import run_cycle, utc_now  # noqa: PLC0415 - the same
    from rongdun_agent.host import Host  # noqa: PLC0415 - the same

    report = run_cycle(Host(), state, load_config(config), utc_now(), _waited_s())
    out.write(f"{report.at}  {report.delivered} delivered, {report.pending} on disk, {report.seconds:.1f} s\n")
    out.writelines(f"  {name}: {error}\n" for name, error in report.probe_errors.items())
    if report.problem is None:
        return 0
    print(f"rongdun-agent: {report.problem}", file=sys.stderr)  # noqa: T201 - as cli prints what can be mended
    return UNDELIVERED


def _waited_s() -> float:
    """For how long the supervisor held this cycle back."""
    return float(os.environ.get("RONGDUN_WAITED_S", "0"))
