"""Explicit tables against their folders."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

import pytest

from rongdun_collector.api import ROUTERS
from rongdun_collector.cli import COMMANDS
from rongdun_collector.config import Settings, read_settings
from rongdun_collector.metrics import SOURCES

NOT_ROUTERS = {"answer", "checkin", "deliveries", "drill_answers", "openapi", "parameters"}
NOT_SOURCES = {"metric", "reference", "snapshot"}
NOT_COMMANDS = {"database", "drill_tables", "durations", "notify", "server"}


def modules(package: str) -> set[str]:
    home = Path(str(import_module(package).__file__)).parent
    return {path.stem for path in home.glob("*.py")} - {"__init__"}


def test_every_router_is_in_the_table() -> None:
    assert set(ROUTERS) == modules("rongdun_collector.api") - NOT_ROUTERS


def test_every_subject_of_metrics_is_in_the_table() -> None:
    assert set(SOURCES) == modules("rongdun_collector.metrics") - NOT_SOURCES


def test_every_command_is_in_the_table() -> None:
    assert set(COMMANDS) == modules("rongdun_collector.cli") - NOT_COMMANDS


def test_every_setting_is_a_flag_of_serve() -> None:
    parser = argparse.ArgumentParser()
    import_module("rongdun_collector.cli.serve").add_arguments(parser)
    flags = {option for action in parser._actions for option in action.option_strings}
    assert {f"--{name.replace('_', '-')}" for name in Settings.model_fields} <= flags


@pytest.mark.parametrize(
    ("given", "environment", "port"),
    [
        pytest.param({}, {}, 8600, id="default"),
        pytest.param({}, {"RONGDUN_PORT": "9"}, 9, id="environment"),
        pytest.param({"port": 10}, {"RONGDUN_PORT": "9"}, 10, id="the flag wins"),
        pytest.param({"port": None}, {"RONGDUN_PORT": ""}, 8600, id="neither says anything"),
    ],
)
def test_a_setting_is_taken_from_where_it_should_be(
    given: dict[str, object], environment: dict[str, str], port: int
) -> None:
    assert read_settings(given, environment).port == port


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],  # noqa: S104 - an address that must be refused
)
def test_loopback_is_told_from_the_rest(host: str, loopback: bool) -> None:
    assert Settings(host=host).is_loopback is loopback
