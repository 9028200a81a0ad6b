"""A pattern of paths that matter."""

from typing import NamedTuple


class Pattern(NamedTuple):
    """As glob(3) has it; with `contents` what is written into a file counts, without only its name and its rights."""

    path: str
    contents: bool = True
