"""docs/reference/collector-settings.md, made from the settings: python -m rongdun_collector.settings_reference FILE."""

import sys
from pathlib import Path

from rongdun_collector.config import ENVIRONMENT_PREFIX, Settings

_HEAD = """# Settings of the collector

Each is a flag of `rongdun-collector serve` or a variable of the environment; the flag wins. Commands that only need the
database know `--data` and `--database`. This page is made from the code; a test compares the two.

| flag | environment | default | says |
| --- | --- | --- | --- |
"""


def reference() -> str:
    """The page."""
    return _HEAD + "".join(
        f"| `{flag(name)}` | `{ENVIRONMENT_PREFIX}{name.upper()}` | {_default(field.default)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )


def flag(name: str) -> str:
    """The flag of a setting."""
    return f"--{name.replace('_', '-')}"


def _default(value: object) -> str:
    return "" if value in (None, ()) else f"`{value}`"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
