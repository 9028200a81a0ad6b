"""Why a verdict came out: the facts that decided, where they stand, and what they overrode."""

from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from rongdun_contract.documents import Section, Survey
from rongdun_contract.findings import Evidence, NamedObject
from rongdun_contract.rules.judging import Atom
from rongdun_contract.rules.logic import Truth

MAX_ROWS: Final[Mapping[Truth, int]] = MappingProxyType(
    {Truth.FALSE: 20, Truth.UNKNOWN: 20, Truth.TRUE: 3, Truth.NOT_APPLICABLE: 3}
)
MAX_ATOMS: Final = 1000
"""So many reasons are looked for where something failed; otherwise as many as are shown."""
MAX_TEXT: Final = 200


def gather(atoms: Iterator[Atom], truth: Truth) -> list[Atom]:
    """As many atoms as evidence and objects are made of."""
    return list(islice(atoms, MAX_ATOMS if truth is Truth.FALSE else MAX_ROWS[truth] + 1))


def evidence_of(atoms: list[Atom], survey: Survey, truth: Truth) -> tuple[Evidence, ...]:
    """The rows for the first atoms; a last one says that there are more, and how many failed."""
    rows = MAX_ROWS[truth]
    found = [_row(atom, survey) for atom in atoms[:rows]]
    if len(atoms) > rows:
        count = f"{len(atoms) - rows} " if truth is Truth.FALSE else ""
        at_least = "at least " if len(atoms) == MAX_ATOMS else ""
        found.append(Evidence(what="…", found=f"{at_least}{count}more", wanted=""))
    return tuple(found)


def objects_of(atoms: list[Atom]) -> tuple[NamedObject, ...]:
    """The elements that decided, each once; one inside another is called `outer / inner`."""
    keys = dict.fromkeys(" / ".join(atom.place.objects) for atom in atoms if atom.place.objects)
    return tuple(NamedObject(key=key) for key in keys)


def shortened(text: str) -> str:
    """A text that is not longer than a row of evidence takes."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def _row(atom: Atom, survey: Survey) -> Evidence:
    source = _source(survey, atom.place.pieces)
    return Evidence(
        what=atom.place.shown,
        found=shortened(atom.found),
        wanted=shortened(atom.wanted),
        source=source.get("where"),
        overrides=tuple(source.get("overrides", ())),
    )


def _source(survey: Survey, pieces: tuple[str, ...]) -> Mapping[str, Any]:
    """Where a fact came from: its own source, or that of the nearest thing around it that has one."""
    part = survey.get(pieces[0]) if pieces else None
    if not isinstance(part, Section):
        return {}
    sources = (part.sources.get(path) for path in _upwards(pieces[1:]))
    return next((source for source in sources if source is not None), {})


def _upwards(pieces: tuple[str, ...]) -> Iterator[str]:
    return ("".join(pieces[:end]).removeprefix(".") for end in range(len(pieces), -1, -1))
