"""Patterns that match in linear time, checked before they are ever used.

Python's matcher backtracks: what it costs is the number of ways in which it can read a beginning of the text. So a
pattern is refused when some beginning can be read in many ways. The check is exact for the syntax that is accepted: the
pattern becomes a position automaton that keeps *how many* ways lead from position to position, and all inputs are tried
at once by walking through the sets of counted positions that inputs can lead to.
"""

import re
from typing import Final

from rongdun_contract.rules.patterns.automaton import positions
from rongdun_contract.rules.patterns.syntax import BadPattern, parse
from rongdun_contract.rules.patterns.ways import ambiguous_beginning

__all__ = ["MAX_TEXT", "BadPattern", "check_pattern", "compile_pattern"]

MAX_TEXT: Final = 4096
"""Longer texts are not matched at all (the comparison is unknown)."""


def check_pattern(text: str) -> None:
    """Raise BadPattern unless the pattern is within the language and every input is read in a handful of ways."""
    beginning = ambiguous_beginning(positions(parse(text)))
    if beginning is not None:
        raise BadPattern(
            f"`{text}` takes too long: a text that begins with `{beginning}` can be read in many ways",
            "let no two repeats or branches match the same text; for a part of a text use `contains`",
        )


def compile_pattern(text: str) -> re.Pattern[str]:
    r"""A checked pattern, ready for fullmatch; classes such as `\w` are ASCII."""
    return re.compile(text, re.ASCII)
