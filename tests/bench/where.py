"""Where the milliseconds of a scan go: run by the shipped agent's own Python, prints `{stage: CPU ms}` as JSON.

The stages are imports (each without what earlier ones brought), each probe by name, judging and printing.
"""

import time

STAGES = {"start of Python": time.process_time()}

import gc  # noqa: E402 - the clock comes first

gc.disable()  # as the command does

import argparse  # noqa: E402 - timed: the clock is read before the first import
import io  # noqa: E402 - timed: the clock is read before the first import
import json  # noqa: E402 - timed: the clock is read before the first import
import os  # noqa: E402 - timed: the clock is read before the first import
import sys  # noqa: E402 - timed: the clock is read before the first import
from collections.abc import Callable  # noqa: E402 - timed: the clock is read before the first import
from datetime import UTC, datetime  # noqa: E402 - timed: the clock is read before the first import
from importlib import import_module  # noqa: E402 - timed: the clock is read before the first import
from typing import TypeVar  # noqa: E402 - timed: the clock is read before the first import

T = TypeVar("T")
IMPORTS = ("pydantic.main", "rongdun_contract.facts", "rongdun_agent.probes", "rongdun_agent.commands.scan")


def stage(name: str, work: Callable[[], T]) -> T:
    """Do the work and write down what it cost."""
    began = time.process_time()
    done = work()
    STAGES[name] = time.process_time() - began
    return done


def main() -> None:
    """Scan this host step by step."""
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # as the command does
    import_module("rongdun_agent.no_plugins").stand_in()  # this too
    stage("import the standard library", lambda: [import_module(name) for name in ("typing", "subprocess", "inspect")])
    for name in IMPORTS:
        stage(f"import {name}", lambda name=name: import_module(name))
    stage("import rongdun_agent.scan.as_json", lambda: import_module("rongdun_agent.scan.as_json"))
    scan()
    json.dump({name: seconds * 1000 for name, seconds in STAGES.items()}, sys.stdout)


def scan() -> None:
    """What `rongdun-agent scan --format json` does."""
    from rongdun_agent.commands.scan import add_arguments  # noqa: PLC0415 - timed above
    from rongdun_agent.host import Host  # noqa: PLC0415 - each import is a stage that is timed
    from rongdun_agent.probes import PROBES  # noqa: PLC0415 - each import is a stage that is timed
    from rongdun_agent.scan.as_json import write_json  # noqa: PLC0415 - each import is a stage that is timed
    from rongdun_agent.scan.judgement import Judgement  # noqa: PLC0415 - each import is a stage that is timed
    from rongdun_agent.scan.options import wish_of  # noqa: PLC0415 - each import is a stage that is timed
    from rongdun_agent.survey import survey  # noqa: PLC0415 - each import is a stage that is timed
    from rongdun_contract.evaluate import evaluate  # noqa: PLC0415 - each import is a stage that is timed
    from rongdun_contract.score import host_score  # noqa: PLC0415 - each import is a stage that is timed

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    wish = stage("load the rules", lambda: wish_of(parser.parse_args(["--format", "json"]), []))
    host, now, found, statuses = Host(), datetime.now(UTC).replace(microsecond=0), {}, []
    for name in PROBES:
        sections, status = stage(f"probe {name}", lambda name=name: survey(host, sections=[name]))
        found |= sections
        statuses += status
    findings = stage("judge", lambda: evaluate(wish.rules, found, now=now, params={}, level=wish.level))
    judgement = Judgement(wish, found, tuple(statuses), findings, host_score(findings), now)
    stage("print", lambda: write_json(judgement, io.StringIO()))


if __name__ == "__main__":
    main()
