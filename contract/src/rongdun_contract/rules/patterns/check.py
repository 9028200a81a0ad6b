"""Whether a pattern can be made slow.

Python's matcher backtracks: what it costs is the number of ways in which it can read a beginning of the text. So a
pattern is refused when some beginning can be read in many ways. The check is exact for the syntax that is accepted: the
pattern becomes a position automaton that keeps *how many* ways lead from position to position, and all inputs are tried
at once by walking through the sets of counted positions that inputs can lead to.
"""

from rongdun_contract.rules.patterns.automaton import positions
from rongdun_contract.rules.patterns.syntax import parse
from rongdun_contract.rules.patterns.tree import BadPattern
from rongdun_contract.rules.patterns.ways import ambiguous_beginning

__all__ = ["BadPattern", "check_pattern"]


def check_pattern(text: str) -> None:
    """Raise BadPattern unless the pattern is within the language and every input is read in a handful of ways."""
    beginning = ambiguous_beginning(positions(parse(text)))
    if beginning is not None:
        raise BadPattern(
            f"`{text}` takes too long: a text that begins with `{beginning}` can be read in many ways",
            "let no two repeats or branches match the same text; for a part of a text use `contains`",
        )
