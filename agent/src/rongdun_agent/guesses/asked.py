"""How passwords are to be tried on this host."""

from typing import NamedTuple


class Asked(NamedTuple):
    """`words` beside the common ones, `organisation`: names from which people make passwords, `year`: this one."""

    year: int
    words: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    seconds: float = 120
