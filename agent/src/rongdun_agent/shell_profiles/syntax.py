"""The commands that a shell text is made of."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Simple:
    """Assignments and words, as written; redirections are gone, they change no variable."""

    assignments: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Apart:
    """A pipeline, a subshell, or a job in the background: nothing that it sets reaches us; its status is not known."""


@dataclass(frozen=True, slots=True)
class Not:
    """A command whose status is turned around."""

    command: "Command"


@dataclass(frozen=True, slots=True)
class Chain:
    """`first`, then for each pair the command when the status so far is as the operator (`&&`, `||`) wants."""

    first: "Command"
    rest: tuple[tuple[str, "Command"], ...]


@dataclass(frozen=True, slots=True)
class If:
    """Conditions with their bodies in order, and what happens when none holds."""

    branches: tuple[tuple["Script", "Script"], ...]
    otherwise: "Script"


@dataclass(frozen=True, slots=True)
class For:
    """A body run for each of the words; without words (`None`) for each argument."""

    name: str
    words: tuple[str, ...] | None
    body: "Script"
    line: int


@dataclass(frozen=True, slots=True)
class While:
    """A body run while (`until`: unless) the condition holds."""

    condition: "Script"
    body: "Script"


@dataclass(frozen=True, slots=True)
class Case:
    """A word and the patterns with their bodies."""

    word: str
    branches: tuple[tuple[tuple[str, ...], "Script"], ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """`[[ ... ]]`: the words between the brackets."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`(( ... ))`, which we do not reckon."""


@dataclass(frozen=True, slots=True)
class Function:
    """A definition."""

    name: str
    body: "Command"


@dataclass(frozen=True, slots=True)
class Script:
    """Commands one after the other; `rest` is the text from the first place on that could not be parsed."""

    commands: tuple["Command", ...] = ()
    rest: str = field(default="")


Command = Simple | Apart | Not | Chain | If | For | While | Case | Conditional | Arithmetic | Function | Script
