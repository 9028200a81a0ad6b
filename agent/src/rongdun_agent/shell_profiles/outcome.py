"""How a command ends: the state after it, its status, and the states that left early."""

from dataclasses import dataclass, field

from rongdun_agent.shell_profiles.conditionals import Truth
from rongdun_agent.shell_profiles.world import World


class Undecided(Exception):
    """The files do more than we follow."""


@dataclass(slots=True)
class Outcome:
    """`world` is `None` when the command never comes to an end here.

    `leaving`: by `return`, `break`, `continue`, `exit`, or `discard` (an assignment to a read-only variable gives up
    the whole command at the top of the file).
    """

    world: World | None
    status: Truth = None
    leaving: dict[str, World] = field(default_factory=dict)


def gather(into: dict[str, World], more: dict[str, World]) -> None:
    """Add states that left early to those that did before."""
    for name, world in more.items():
        into[name] = into[name].merge(world) if name in into else world
