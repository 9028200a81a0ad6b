"""Patterns that match in linear time; `check` refuses all others before they are ever used."""

import re
from typing import Final

__all__ = ["MAX_TEXT", "compile_pattern"]

MAX_TEXT: Final = 4096
"""Longer texts are not matched at all (the comparison is unknown)."""


def compile_pattern(text: str) -> re.Pattern[str]:
    r"""A checked pattern, ready for fullmatch; classes such as `\w` are ASCII."""
    return re.compile(text, re.ASCII)
