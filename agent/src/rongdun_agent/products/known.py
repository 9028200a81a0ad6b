"""What a product is known by."""

from typing import NamedTuple

from rongdun_contract.facts.protection import Purpose


class Regularly(NamedTuple):
    """How work that is done again and again is known: by the package's timers and scripts, or by others.

    `switch` is a setting without which the package's own do nothing: files that may hold it, and what a line must be.
    """

    timers: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    switch: tuple[tuple[str, ...], str] | None = None


class Known(NamedTuple):
    """A product is there when one of its packages is installed, or one of its paths or programs exists.

    `programs` are looked for by name where programs lie; `paths` are files or directories. `processes` are those of a
    daemon; what has none is no daemon. `data` are patterns of its signatures or its database: the newest counts.
    """

    name: str
    purposes: tuple[Purpose, ...]
    packages: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    regularly: Regularly | None = None
    only_when_scheduled: bool = False
    """It comes with something else, so that its presence alone means nothing."""
