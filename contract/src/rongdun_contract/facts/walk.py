"""What only a walk over the whole file system finds; has a cadence and a budget of its own."""

from rongdun_contract.facts.model import FactModel, Maybe, Mode


class Privileged(FactModel):
    """A set-user-ID or set-group-ID file, or one with file capabilities."""

    path: str
    owner: str
    group: str
    mode: Mode
    capabilities: str | None = None


class Walk(FactModel):
    """Local file systems only; a list that the budget or a refusal cut short makes the whole list unknown."""

    privileged: Maybe[tuple[Privileged, ...]] = ()
    privileged_unaudited: Maybe[tuple[str, ...] | None] = None
    """Set-user-ID and set-group-ID programs whose running no audit rule of the next boot records.

    Absent without auditd, and as the empty list is absent as well, a rule has to ask whether auditd is installed.
    """
    hidden_programs: Maybe[tuple[str, ...]] = ()
    """Executable files in system directories whose name begins with a dot."""
    world_writable_files: Maybe[tuple[str, ...]] = ()
    world_writable_directories: Maybe[tuple[str, ...]] = ()
    """Without the sticky bit."""
    unowned: Maybe[tuple[str, ...]] = ()
    trust_files: Maybe[tuple[str, ...]] = ()
    """`.rhosts`, `.shosts`, `hosts.equiv`, wherever they lie."""
    refused: tuple[str, ...] = ()
    """Directories that could not be entered."""
