"""`rongdun-agent`: picks the command, runs it, and turns what went wrong into an exit status.

0: good; 1: it worked and the answer is no; 2: configuration or input, said in words; 3: a bug, with its traceback.
"""

import argparse
import gc
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import NoReturn, TextIO

from rongdun_agent import no_plugins
from rongdun_agent.errors import AgentError

OK, NO, MEND, BUG = 0, 1, 2, 3
INTERRUPTED, BROKEN_PIPE = 130, 141

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "facts": "print what is known about the host as JSON",
        "scan": "judge the host by rules and report",
        "explain": "tell a rule, its clauses, and why the host got its verdict",
        "enroll": "exchange an enrolment token for a credential",
        "run": "survey and report to the collector, for ever or once",
        "discover": "watch the wire for devices, as a service of its own",
        "watch": "watch closely while a drill lasts; `run` starts it",
        "status": "tell what the agent is doing and what went wrong last",
        "pack": "check, test and build packs of rules",
    }
)
"""Each is a module of `rongdun_agent.commands`, imported only when it is asked for."""


def program() -> NoReturn:
    """The whole process; it ends without taking the interpreter apart: a tenth of a scan, that frees nothing."""
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        status = BROKEN_PIPE
    sys.stderr.flush()
    os._exit(status)


def main(argv: Sequence[str] | None = None, out: TextIO | None = None) -> int:
    """Run a command and return its exit status; usage errors leave by `SystemExit(2)`, as argparse has it."""
    gc.disable()  # a command lives shorter than its garbage
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # nobody's code but ours and what we name
    no_plugins.stand_in()
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        return _run(arguments, out or _utf8(sys.stdout))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads: nothing to say at exit either
        return BROKEN_PIPE
    except AgentError as error:
        print(f"rongdun-agent: {error}", file=sys.stderr)
        return MEND
    except Exception as error:  # noqa: BLE001 - the top of the process
        return _failed(error)


def _run(arguments: list[str], out: TextIO) -> int:
    parser = argparse.ArgumentParser(
        prog="rongdun-agent", description="Read a host into facts, judge it, report to the collector."
    )
    parser.add_argument("--version", action="store_true", help="print the version and end")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    chosen = None
    for name, words in COMMANDS.items():
        of_command = commands.add_parser(name, help=words, description=words[:1].upper() + words[1:] + ".")
        if arguments[:1] == [name]:
            chosen = import_module(f"rongdun_agent.commands.{name}")
            chosen.add_arguments(of_command)
    options = parser.parse_args(arguments)
    if options.version:
        from importlib.metadata import version  # noqa: PLC0415 - costs more than the rest of this module

        out.write(f"rongdun-agent {version('rongdun-agent')}\n")
        return OK
    if chosen is None:
        parser.print_help(out)
        return MEND
    status: int = chosen.run(options, out)
    out.flush()
    return status


def _failed(error: Exception) -> int:
    from rongdun_contract.rules.problems import PackError  # noqa: PLC0415 - only some commands know packs

    if isinstance(error, PackError):
        print(error, file=sys.stderr)
        return MEND
    traceback.print_exception(error)
    print("rongdun-agent: this is a bug of the agent; the lines above say where", file=sys.stderr)
    return BUG


def _utf8(stream: TextIO) -> TextIO:
    """JSON is UTF-8 whatever the terminal speaks, and no character may end a report."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="backslashreplace")
    return stream


if __name__ == "__main__":
    program()
