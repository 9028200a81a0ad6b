"""Every setting of both sides, from their models."""

from collections.abc import Iterator
from typing import Any

from docs.reference_pages.mark import MADE
from rongdun_agent.config import Config
from rongdun_collector.config import ENVIRONMENT_PREFIX, Settings

_AGENT_SETTINGS = f"""# The agent's settings

{MADE}
`/etc/rongdun/agent.toml`, or the file that `rongdun-agent run --config FILE` names. Every key may be missing, an
unknown one is an error. The collector may ask for another interval; `interval_min_s` and `interval_max_s` bound what
it gets.

| key | default | bounds | is |
| --- | --- | --- | --- |
"""

_COLLECTOR_SETTINGS = f"""# The collector's settings

{MADE}
The command line wins over the environment, the environment over the default. `rongdun-collector serve` takes all of
them; other commands take those that they need. In the environment several packs are separated by `:`.

| option | environment | default | is |
| --- | --- | --- | --- |
"""


def agent_settings() -> str:
    """Every key of agent.toml."""
    rows = (
        f"| `{name}` | {field.default} | {_bounds(field.metadata)} | {field.description} |"
        for name, field in Config.model_fields.items()
    )
    return _AGENT_SETTINGS + "\n".join(rows) + "\n"


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
    for name, sign in (("ge", "≥"), ("le", "≤")):
        if (bound := getattr(constraint, name, None)) is not None:
            yield sign, bound


def _default(value: object) -> str:
    if isinstance(value, bool):
        return "off"
    return "" if value is None or value == () else f"`{value}`"
