"""Every setting of both sides, from their models."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from docs.reference_pages.mark import MADE
from rongdun_agent.config import Config, DrillBounds, GuessBounds
from rongdun_agent.discovery.settings import DiscoverySettings, SegmentSettings, SweepSettings
from rongdun_collector.config import ENVIRONMENT_PREFIX, Settings

_AGENT_SETTINGS = f"""# The agent's settings

{MADE}
`/etc/rongdun/agent.toml`, or the file that `rongdun-agent run --config FILE` names. Every key may be missing, an
unknown one is an error. The collector may ask for another interval; `interval_min_s` and `interval_max_s` bound what
it gets.

| key | default | bounds | is |
| --- | --- | --- | --- |
"""

_DRILL_SETTINGS = """

## In `[drill]`

What a drill that the collector orders may ask of this host. An order that asks for more gets what is allowed, and
`rongdun-agent status` says what it did not get.

| key | default | bounds | is |
| --- | --- | --- | --- |
"""
_GUESS_SETTINGS = """

## In `[weak_passwords]`

Trying passwords that anybody would guess, on this host and by this host alone: which accounts have one is told, never
which one it is. `scan --weak-passwords` takes the same keys, whatever `enabled` says.

| key | default | bounds | is |
| --- | --- | --- | --- |
"""
_DISCOVERY_SETTINGS = f"""# The settings of discovery

{MADE}
`/etc/rongdun/discovery.toml`, or the file that `rongdun-agent discover --config FILE` names. An unknown key is an
error. What they mean together: [discovery.md](../operations/discovery.md).
"""
_DISCOVERY_TABLES: Mapping[str, type[BaseModel]] = {
    "At the top": DiscoverySettings,
    "In each `[[segment]]`": SegmentSettings,
    "In `[segment.sweep]`": SweepSettings,
}

_COLLECTOR_SETTINGS = f"""# The collector's settings

{MADE}
The command line wins over the environment, the environment over the default. `rongdun-collector serve` takes all of
them; other commands take those that they need. In the environment several packs are separated by `:`.

| option | environment | default | is |
| --- | --- | --- | --- |
"""


def agent_settings() -> str:
    """Every key of agent.toml, table by table."""
    rows = (
        f"| `{name}` | {_word(field.default)} | {_bounds(field.metadata)} | {field.description} |"
        for name, field in Config.model_fields.items()
        if name not in {"drill", "weak_passwords"}
    )
    guesses = _GUESS_SETTINGS + "\n".join(_rows(GuessBounds))
    return _AGENT_SETTINGS + "\n".join(rows) + _DRILL_SETTINGS + "\n".join(_rows(DrillBounds)) + guesses + "\n"


def discovery_settings() -> str:
    """Every key of discovery.toml, table by table."""
    head = "| key | default | bounds | is |\n| --- | --- | --- | --- |\n"
    return _DISCOVERY_SETTINGS + "".join(
        f"\n## {where}\n\n{head}" + "\n".join(_rows(model)) + "\n" for where, model in _DISCOVERY_TABLES.items()
    )


def _rows(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if field.description:
            default = "needed" if field.is_required() else _word(field.default)
            yield f"| `{name}` | {default} | {_bounds(field.metadata)} | {field.description} |"


def _word(default: object) -> str:
    if isinstance(default, bool):
        return "true" if default else "false"
    return "none" if default is None or default == () else str(default)


def collector_settings() -> str:
    """Every setting of `serve`, as an option and as a variable."""
    rows = (
        f"| `--{name.replace('_', '-')}` | `{ENVIRONMENT_PREFIX}{name.upper()}` | {_default(field.default)} "
        f"| {field.description} |"
        for name, field in Settings.model_fields.items()
    )
    return _COLLECTOR_SETTINGS + "\n".join(rows) + "\n"


def _bounds(metadata: list[Any]) -> str:
    return ", ".join(f"{sign} {bound}" for each in metadata for sign, bound in _signs(each))


def _signs(constraint: object) -> Iterator[tuple[str, object]]:
    for name, sign in (("ge", "≥"), ("le", "≤"), ("min_length", "length ≥"), ("max_length", "length ≤")):
        if (bound := getattr(constraint, name, None)) is not None:
            yield sign, bound


def _default(value: object) -> str:
    if isinstance(value, bool):
        return "off"
    return "" if value is None or value == () else f"`{value}`"
