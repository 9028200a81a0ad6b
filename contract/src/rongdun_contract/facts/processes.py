"""What runs now, by distinct program (volatile)."""

from rongdun_contract.facts.model import Count, FactModel, Maybe


class Program(FactModel):
    """All processes that share name, executable, user and service unit; kernel threads are left out."""

    name: str
    """The kernel's name of the process, at most 15 bytes; scripts often go by their own."""
    exe: Maybe[str | None] = None
    user: Maybe[str | None] = None
    service_unit: Maybe[str | None] = None
    deleted: Maybe[bool] = False
    """The executable was removed or replaced since it started: an upgrade without restart, or something hiding."""
    container: bool = False
    """It runs in a container: `exe` is a path there, and `user` this host's name for the number."""
    count: Count = 1


class Processes(FactModel):
    """Distinct programs, sorted."""

    programs: Maybe[tuple[Program, ...]] = ()
