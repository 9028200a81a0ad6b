"""What is wrong with a file, said so that its author can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: where it stands, what it is, and what to write instead; `line` 0 means the file as a whole."""

    file: str
    line: int
    field: str
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (where, self.field, self.what, self.remedy) if part)


class PackError(Exception):
    """A pack, a control framework or a parameter that cannot be used; lists every problem, sorted by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


Mistake = tuple[tuple[int | str, ...], str, str]
"""Where in a document (keys and positions), what, and the remedy."""


@dataclass(slots=True)
class Report:
    """The problems of one file, collected while it is read; a line that YAML itself trips over is reported once."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    broken_lines: set[int] = field(default_factory=set)

    def add(self, line: int, where: str, what: str, remedy: str) -> None:
        """Record a mistake in what the file says."""
        if line not in self.broken_lines:
            self.problems.append(Problem(self.file, line, where, what, remedy))

    def add_broken(self, line: int, where: str, what: str, remedy: str) -> None:
        """Record a mistake in how the file is written; what else is odd about that line follows from it."""
        self.add(line, where, what, remedy)
        self.broken_lines.add(line)


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy: the known name that is most like the word, or the list of all known names (at most 12)."""
    import difflib  # noqa: PLC0415 - slow to import, and needed only when something is wrong

    names = sorted(known)
    alike = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if alike:
        return f"did you mean `{alike[0]}`?"
    if not names:
        return "remove it"
    shown = ", ".join(names[:12])
    return f"known: {shown}" + (", …" if len(names) > 12 else "")  # noqa: PLR2004 - as the docstring says
