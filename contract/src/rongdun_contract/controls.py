"""Control frameworks (GB/T 22239 and others): which clause is judged by which rules."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rongdun_contract.documents import canonical_json
from rongdun_contract.rules.problems import Mistake, PackError, Problem, nearest
from rongdun_contract.rules.rule import Pack, Rule

Kind = Literal["auto", "partly", "manual"]
Part = Literal["general", "cloud"]
Duty = Literal["provider", "customer", "both"]
ObjectKind = Literal["server", "terminal", "app", "db", "platform", "netdev", "secdev"]
"""What an assessor looks at: a server's operating system, a terminal, business software, a database, system software or
middleware, a network device, a security device."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Words(_Part):
    """A text in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class ClauseEntry(_Part):
    """A clause at one level as a framework's file has it.

    `kind`: rules decide it (auto), help a person to (partly), or people judge (manual). `judge` `any`: one rule that
    passes is enough. `not_applicable_to`: objects of this kind have nothing to do with it, unless its rules say more.
    `high_risk`, `major_risk`: the case that makes a failure a high or a major risk. `duty`: whose it is in a cloud.
    """

    id: Annotated[str, Field(min_length=1, max_length=40)]
    level: Annotated[int, Field(ge=1, le=5)]
    gist: Words
    kind: Kind
    rules: Annotated[tuple[str, ...], Field(strict=False)] = ()
    judge: Literal["all", "any"] = "all"
    high_risk: Annotated[str, Field(pattern=r"^\d+(\.\d+)+$")] | None = None
    major_risk: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    test_unit: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    duty: Duty | None = None
    not_applicable_to: Annotated[tuple[ObjectKind, ...], Field(strict=False)] = ()
    weight: Annotated[int, Field(ge=1, le=3)] | None = None
    sources: Annotated[tuple[str, ...], Field(strict=False)] = ()


class ControlPoint(_Part):
    """A control point with its clauses at all levels, and what a person does who judges them.

    `per` `host`: judged on every host; `system`: once for the graded system, of which hosts give evidence at most.
    """

    part: Part = "general"
    per: Literal["host", "system"] = "host"
    class_: Annotated[Words, Field(alias="class")]
    name: Words
    procedure: Words | None = None
    clauses: Annotated[tuple[ClauseEntry, ...], Field(strict=False, min_length=1)]


class FrameworkDocument(_Part):
    """A framework's file."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Words
    control_points: Annotated[tuple[ControlPoint, ...], Field(strict=False)]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause at one level, with what its control point says; see `ClauseEntry` and `ControlPoint`."""

    id: str
    level: int
    class_: Words
    control_point: Words
    gist: Words
    kind: Kind
    rules: tuple[str, ...] = ()
    judge: Literal["all", "any"] = "all"
    part: Part = "general"
    per: Literal["host", "system"] = "host"
    procedure: Words | None = None
    high_risk: str | None = None
    major_risk: str | None = None
    test_unit: str | None = None
    duty: Duty | None = None
    not_applicable_to: tuple[ObjectKind, ...] = ()
    weight: int | None = None
    sources: tuple[str, ...] = ()

    @property
    def on_host(self) -> bool:
        """Whether a host has a result for it: it is judged there, or has rules that give evidence there."""
        return self.per == "host" or bool(self.rules)


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework's clauses in its own order; `document` is what it was made from."""

    id: str
    title: Words
    clauses: tuple[Clause, ...]
    document: FrameworkDocument | None = field(default=None, repr=False, compare=False)

    def clauses_of(self, rule: str, level: int) -> tuple[Clause, ...]:
        """The clauses of a level that a rule helps to judge, those that are judged on a host first."""
        found = [clause for clause in self.clauses if clause.level == level and rule in clause.rules]
        return tuple(sorted(found, key=lambda clause: clause.per != "host"))


def load_controls(path: Path, packs: Iterable[Pack] = ()) -> Framework:
    """Read a framework from YAML, its rules checked against the packs where some are given; raises PackError."""
    from rongdun_contract.rules.source import read_document  # noqa: PLC0415 - YAML is slow, built controls need none

    packs = tuple(packs)
    return _framework(read_document(path, FrameworkDocument, lambda document: _mistakes(document, packs)))


def build_controls(framework: Framework) -> bytes:
    """The framework as canonical JSON."""
    if framework.document is None:
        raise AssertionError("only a framework that was loaded can be built")
    return canonical_json(framework.document.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def load_compiled_controls(path: Path, level: int | None = None) -> Framework:
    """Read a built framework, or one level of it, which is quicker; raises PackError when it is none."""
    try:
        data = json.loads(path.read_bytes())
        return _framework(FrameworkDocument.model_validate(data if level is None else _one_level(data, level)))
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise PackError([Problem(str(path), 0, "", what, "check that it exists and who may read it")]) from error
    except (ValidationError, ValueError, RecursionError, KeyError, TypeError) as error:
        what = f"is no built framework: {str(error).splitlines()[0]}"
        raise PackError([Problem(str(path), 0, "", what, "build it again")]) from error


def _one_level(data: dict[str, Any], level: int) -> dict[str, Any]:
    points = [
        point | {"clauses": [one for one in point["clauses"] if one["level"] == level]}
        for point in data["control_points"]
    ]
    return data | {"control_points": [point for point in points if point["clauses"]]}


def _framework(document: FrameworkDocument) -> Framework:
    clauses = tuple(_clause(point, entry) for point in document.control_points for entry in point.clauses)
    return Framework(document.id, document.title, clauses, document)


def _clause(point: ControlPoint, entry: ClauseEntry) -> Clause:
    return Clause(
        **{name: getattr(entry, name) for name in ClauseEntry.model_fields},
        class_=point.class_,
        control_point=point.name,
        part=point.part,
        per=point.per,
        procedure=point.procedure,
    )


def _mistakes(document: FrameworkDocument, packs: tuple[Pack, ...]) -> Iterable[Mistake]:
    """What is wrong between clauses, and between clauses and rules."""
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    seen: set[str] = set()
    for point_at, point in enumerate(document.control_points):
        for at, clause in enumerate(point.clauses):
            place = ("control_points", point_at, "clauses", at)
            if clause.id in seen:
                yield (*place, "id"), f"the clause `{clause.id}` is there already", "keep one of them"
            seen.add(clause.id)
            for field_name, what, remedy in _mistakes_of(clause, point):
                yield (*place, field_name), what, remedy
            for what, remedy in unmappable(clause.rules, rules) if packs else ():
                yield (*place, "rules"), what, remedy


def _mistakes_of(clause: ClauseEntry, point: ControlPoint) -> Iterable[tuple[str, str, str]]:
    if (clause.kind == "manual") is bool(clause.rules):
        count = len(clause.rules)
        yield "kind", f"a clause that is {clause.kind} has {count} rules", "manual clauses have none, others some"
    if len(set(clause.rules)) < len(clause.rules):
        yield "rules", "a rule is named twice", "name it once"
    if clause.kind != "auto" and point.procedure is None:
        remedy = "add `procedure: {zh: …, en: …}` to the control point"
        yield "kind", "people judge this clause, and nothing says how", remedy


def unmappable(names: Iterable[str], rules: Mapping[str, Rule]) -> Iterable[tuple[str, str]]:
    """What is wrong with mapping rules by these names, and the remedy: only stable rules that exist are judged."""
    for name in names:
        if name not in rules:
            yield f"there is no rule `{name}`", nearest(name, rules)
        elif rules[name].status != "stable":
            yield f"the rule `{name}` is {rules[name].status}", "map stable rules only: others are not judged"
