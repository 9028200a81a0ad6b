"""The page about the commands leaves nothing out that people or scripts rely on."""

import argparse
from importlib import import_module
from pathlib import Path

import pytest

from rongdun_agent.cli import COMMANDS
from rongdun_agent.scan.as_json import as_plain
from rongdun_agent.scan.judgement import Judgement, Wish
from rongdun_contract.findings import Evidence, Finding, NamedObject
from rongdun_contract.score import host_score

PAGE = (Path(__file__).parents[2] / "docs/reference/agent-commands.md").read_text("utf-8")
DESCRIBED_HERE = ("facts", "scan", "explain", "pack")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_named(command):
    assert f"rongdun-agent {command}" in PAGE


@pytest.mark.parametrize("command", DESCRIBED_HERE)
def test_every_option_is_described(command):
    parser = argparse.ArgumentParser(add_help=False)
    import_module(f"rongdun_agent.commands.{command}").add_arguments(parser)
    assert [option for option in _options(parser) if f"`{option}" not in PAGE and f" {option}" not in PAGE] == []


def _options(parser: argparse.ArgumentParser) -> list[str]:
    found = []
    for action in parser._actions:
        found += action.option_strings
        for name, below in (action.choices or {}).items() if isinstance(action, argparse._SubParsersAction) else ():
            found += [name, *(option for option in _options(below) if option not in {"-h", "--help"})]
    return found


def test_every_key_of_the_json_is_described():
    evidence = Evidence(what="w", found="f", wanted="x")
    finding = Finding(rule="a-b", severity="low", verdict="fail", objects=(NamedObject(key="k"),), evidence=(evidence,))
    wish = Wish((), (), {}, 3, walk=False, chosen=False)
    plain = as_plain(Judgement(wish, {}, (), (finding,), host_score([finding]), None))
    (shown,) = plain["findings"]
    keys = [*plain, *shown]
    assert [key for key in keys if f"`{key}`" not in PAGE] == []
    assert ", ".join(shown["evidence"][0]) in PAGE
    assert ", ".join(shown["objects"][0]) in PAGE
