"""The catalogue of checks on a host: each is judged by rules, or says why people judge it or nobody can."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rongdun_contract.controls import Framework, Words, unmappable
from rongdun_contract.rules.problems import Mistake, nearest
from rongdun_contract.rules.rule import Pack

Answer = Literal["rules", "partly", "manual", "undecidable", "todo"]
"""Rules judge it; rules judge some of it and people the rest; people judge it; nobody can tell from a host; `todo`:
nobody has answered it yet."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class HostCheck(_Part):
    """One check: the clauses that it serves, one a level, and who judges it.

    `manual`: what a person has to look at; beside rules, what they leave to a person. `undecidable`: why neither the
    host nor a person at it can tell; beside rules, what they leave open.
    """

    id: Annotated[str, Field(pattern=r"^H\d{3}$")]
    clauses: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    gist: Words
    rules: Annotated[tuple[str, ...], Field(strict=False)] = ()
    advice: bool = False
    """Good practice that no clause asks for in so many words: its rules need not judge the clauses."""
    manual: Words | None = None
    undecidable: Words | None = None
    todo: bool = False
    """Nobody has answered it yet."""

    @property
    def answer(self) -> Answer:
        """Who judges it."""
        if self.todo:
            return "todo"
        if self.rules:
            return "partly" if self.manual or self.undecidable else "rules"
        return "manual" if self.manual else "undecidable"


class CheckGroup(_Part):
    """Checks of one subject."""

    title: Words
    checks: Annotated[tuple[HostCheck, ...], Field(strict=False, min_length=1)]


class CatalogueDocument(_Part):
    """The catalogue's file; `framework` is the id of the one whose clauses are named."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Words
    framework: Annotated[str, Field(min_length=1)]
    groups: Annotated[tuple[CheckGroup, ...], Field(strict=False)]


@dataclass(frozen=True, slots=True)
class HostChecks:
    """The catalogue in its own order."""

    id: str
    title: Words
    groups: tuple[CheckGroup, ...]

    @property
    def checks(self) -> tuple[HostCheck, ...]:
        """Those of all groups."""
        return tuple(check for group in self.groups for check in group.checks)


def load_host_checks(path: Path, framework: Framework, packs: Iterable[Pack]) -> HostChecks:
    """Read the catalogue from YAML, checked against a framework's clauses and the packs' rules; raises PackError."""
    from rongdun_contract.rules.source import read_document  # noqa: PLC0415 - YAML is slow, and few need it

    packs = tuple(packs)
    document = read_document(path, CatalogueDocument, lambda found: _mistakes(found, framework, packs))
    return HostChecks(document.id, document.title, document.groups)


def _mistakes(document: CatalogueDocument, framework: Framework, packs: tuple[Pack, ...]) -> Iterator[Mistake]:
    if document.framework != framework.id:
        yield ("framework",), f"the framework is {framework.id}", f"write `framework: {framework.id}`"
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    mapped = {clause.id: frozenset(clause.rules) for clause in framework.clauses}
    seen: set[str] = set()
    for group_at, group in enumerate(document.groups):
        for at, check in enumerate(group.checks):
            place = ("groups", group_at, "checks", at)
            if check.id in seen:
                yield (*place, "id"), f"the check `{check.id}` is there already", "keep one of them"
            seen.add(check.id)
            for field_name, what, remedy in _mistakes_of(check, mapped):
                yield (*place, field_name), what, remedy
            for what, remedy in unmappable(check.rules, rules):
                yield (*place, "rules"), what, remedy


def _mistakes_of(check: HostCheck, mapped: dict[str, frozenset[str]]) -> Iterator[tuple[str, str, str]]:
    if check.manual and check.undecidable:
        yield "undecidable", "people judge it, and nobody can tell", "keep one of them"
    elif not (check.rules or check.manual or check.undecidable or check.todo):
        yield "id", "nothing judges the check", "add `rules`, `manual: {zh: …, en: …}` or `undecidable: {zh: …, en: …}`"
    if len(set(check.rules)) < len(check.rules):
        yield "rules", "a rule is named twice", "name it once"
    for clause in check.clauses:
        if clause not in mapped:
            yield "clauses", f"there is no clause `{clause}`", nearest(clause, mapped)
        elif check.rules and not check.advice and mapped[clause].isdisjoint(check.rules):
            remedy = f"add one of them to the rules of {clause} in the framework, or write `advice: true`"
            yield "rules", f"none of its rules judges the clause {clause}", remedy
