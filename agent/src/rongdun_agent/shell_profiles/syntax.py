"""The commands that a shell text is made of."""

from typing import NamedTuple


class Simple(NamedTuple):
    """Assignments and words, as written; redirections are gone, they change no variable."""

    assignments: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    line: int


class Apart(NamedTuple):
    """A pipeline, a subshell, or a job in the background: nothing that it sets reaches us; its status is not known."""


class Not(NamedTuple):
    """A command whose status is turned around."""

    command: "Command"


class Chain(NamedTuple):
    """`first`, then for each pair the command when the status so far is as the operator (`&&`, `||`) wants."""

    first: "Command"
    rest: tuple[tuple[str, "Command"], ...]


class If(NamedTuple):
    """Conditions with their bodies in order, and what happens when none holds."""

    branches: tuple[tuple["Script", "Script"], ...]
    otherwise: "Script"


class For(NamedTuple):
    """A body run for each of the words; without words (`None`) for each argument."""

    name: str
    words: tuple[str, ...] | None
    body: "Script"
    line: int


class While(NamedTuple):
    """A body run while (`until`: unless) the condition holds."""

    condition: "Script"
    body: "Script"


class Case(NamedTuple):
    """A word and the patterns with their bodies."""

    word: str
    branches: tuple[tuple[tuple[str, ...], "Script"], ...]


class Conditional(NamedTuple):
    """`[[ ... ]]`: the words between the brackets."""

    words: tuple[str, ...]


class Arithmetic(NamedTuple):
    """`(( ... ))`, which we do not reckon."""


class Function(NamedTuple):
    """A definition."""

    name: str
    body: "Command"


class Script(NamedTuple):
    """Commands one after the other; `rest` is the text from the first place on that could not be parsed."""

    commands: tuple["Command", ...] = ()
    rest: str = ""


Command = Simple | Apart | Not | Chain | If | For | While | Case | Conditional | Arithmetic | Function | Script
