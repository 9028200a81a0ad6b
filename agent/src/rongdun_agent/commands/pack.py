"""`rongdun-agent pack`: check, test, build, explain and sign packs of rules, for their authors."""

import argparse
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

from rongdun_agent.authoring.description import write_description
from rongdun_agent.authoring.proof import prove
from rongdun_agent.authoring.signing import add_signing_actions, make_key, sign_pack, verify_pack
from rongdun_agent.errors import AgentError
from rongdun_agent.scan.text import paper_for
from rongdun_contract.controls import build_controls, load_controls
from rongdun_contract.documents import digest
from rongdun_contract.rules import Pack, Problem, Rule, build_pack, load_pack
from rongdun_contract.rules.lint import Linted, lint_pack
from rongdun_contract.rules.problems import nearest

GOOD, BAD = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, words in (
        ("lint", "read a pack and its cases and say what is wrong"),
        ("test", "try all cases, and whether they notice each change of a rule"),
        ("build", "test a pack and write it as one JSON file; also a control framework (a YAML file)"),
        ("explain", "tell what rules read and mean, and what their cases must notice"),
    ):
        action = actions.add_parser(name, help=words, description=words[:1].upper() + words[1:] + ".")
        action.add_argument("directory", type=Path, metavar="DIR", help="the pack's directory")
        if name in {"test", "explain"}:
            action.add_argument("--rule", action="append", default=[], metavar="ID", help="this rule only")
        if name == "build":
            action.add_argument("--output", type=Path, required=True, metavar="FILE", help="where to write it")
            action.add_argument(
                "--pack",
                type=Path,
                action="append",
                default=[],
                metavar="DIR",
                help="packs whose rules the framework may name",
            )
    add_signing_actions(actions)


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Do it; 1 when something is wrong with the pack."""
    directory: Path = options.directory
    if options.action != "key" and not directory.exists():
        raise AgentError(str(directory), "does not exist", "name the directory of a pack")
    return _ACTIONS[options.action](options, out)


def _lint(options: argparse.Namespace, out: TextIO) -> int:
    linted = lint_pack(options.directory)
    if linted.problems or linted.pack is None:
        return _told(linted.problems, out)
    cases = sum(map(len, linted.cases.values()))
    out.write(f"{_name(linted.pack)}: {len(linted.pack.rules)} rules, {cases} cases; nothing is wrong\n")
    return GOOD


def _test(options: argparse.Namespace, out: TextIO) -> int:
    linted = lint_pack(options.directory)
    if linted.pack is None:
        return _told(linted.problems, out)
    rules = _rules(linted.pack, options.rule)
    problems = _about(rules, linted) if options.rule else linted.problems
    return _told(problems, out) if problems else _proved(linted, rules, out)


def _build(options: argparse.Namespace, out: TextIO) -> int:
    if options.directory.is_file():
        return _build_framework(options, out)
    linted = lint_pack(options.directory)
    if linted.problems or linted.pack is None:
        return _told(linted.problems, out)
    if _proved(linted, linted.pack.rules, out):
        out.write("Not built: mend the pack first.\n")
        return BAD
    _write(options.output, build_pack(linted.pack), out)
    return GOOD


def _build_framework(options: argparse.Namespace, out: TextIO) -> int:
    framework = load_controls(options.directory, [load_pack(place) for place in options.pack])
    out.write(f"{framework.id}: {len(framework.clauses)} clauses\n")
    _write(options.output, build_controls(framework), out)
    return GOOD


def _explain(options: argparse.Namespace, out: TextIO) -> int:
    linted = lint_pack(options.directory)
    if linted.pack is None:
        return _told(linted.problems, out)
    paper = paper_for(out, os.environ)
    for rule in _rules(linted.pack, options.rule):
        write_description(rule, linted.cases.get(rule.id, ()), paper)
    return GOOD


_ACTIONS: Mapping[str, Callable[[argparse.Namespace, TextIO], int]] = MappingProxyType(
    {
        "lint": _lint,
        "test": _test,
        "build": _build,
        "explain": _explain,
        "key": make_key,
        "sign": sign_pack,
        "verify": verify_pack,
    }
)


def _proved(linted: Linted, rules: Iterable[Rule], out: TextIO) -> int:
    proof = prove(linted, rules)
    _told(proof.problems, out)
    wrong = f"{len(proof.problems)} problems" if proof.problems else "all as expected, every change noticed"
    out.write(f"{proof.rules} rules, {proof.cases} cases, {proof.changes} changes of rules: {wrong}\n")
    return BAD if proof.problems else GOOD


def _told(problems: Iterable[Problem], out: TextIO) -> int:
    out.writelines(f"{problem}\n" for problem in problems)
    return BAD


def _rules(pack: Pack, named: Iterable[str]) -> tuple[Rule, ...]:
    for name in named:
        if name not in pack.by_id:
            raise AgentError(name, "there is no such rule in the pack", nearest(name, pack.by_id))
    return tuple(pack.by_id[name] for name in named) or pack.rules


def _about(rules: Iterable[Rule], linted: Linted) -> tuple[Problem, ...]:
    """The problems of some rules alone: one that is being written need not wait for the others."""
    stems = {str(linted.files[rule.id]).removesuffix(".yaml") for rule in rules}
    return tuple(
        problem for problem in linted.problems if problem.file.partition(".yaml")[0].removesuffix(".cases") in stems
    )


def _name(pack: Pack) -> str:
    return f"{pack.id} {pack.version}"


def _write(place: Path, data: bytes, out: TextIO) -> None:
    """Replace the file in one step."""
    fresh = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(data)
        fresh.replace(place)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise AgentError(
            str(place), f"cannot be written ({error.strerror})", "name a file that you may write"
        ) from error
    out.write(f"{place}: {len(data)} bytes, sha256 {digest(data)}\n")
