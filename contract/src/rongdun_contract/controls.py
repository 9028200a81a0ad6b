"""Control frameworks (GB/T 22239 and others): which clause is judged by which rules."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rongdun_contract.documents import canonical_json
from rongdun_contract.rules.problems import PackError, Problem, Report, nearest
from rongdun_contract.rules.rule import Pack

Kind = Literal["auto", "partly", "manual"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Words(_Part):
    """A text in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class Clause(_Part):
    """One clause at one level. `kind`: rules decide it (auto), help a person to (partly), or people judge (manual).

    `judge` `any`: one rule that passes is enough. `procedure` is what a person does who judges the clause.
    """

    id: Annotated[str, Field(min_length=1, max_length=40)]
    level: Annotated[int, Field(ge=1, le=5)]
    class_: Annotated[Words, Field(alias="class")]
    control_point: Words
    gist: Words
    kind: Kind
    rules: Annotated[tuple[str, ...], Field(strict=False)] = ()
    judge: Literal["all", "any"] = "all"
    high_risk: Annotated[str, Field(pattern=r"^\d+(\.\d+)+$")] | None = None
    procedure: Words | None = None


class Framework(_Part):
    """A framework's clauses in its own order."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Words
    clauses: Annotated[tuple[Clause, ...], Field(strict=False)]

    def clauses_of(self, rule: str, level: int) -> tuple[Clause, ...]:
        """The clauses of a level that a rule helps to judge."""
        return tuple(clause for clause in self.clauses if clause.level == level and rule in clause.rules)


def load_controls(path: Path, packs: Iterable[Pack] = ()) -> Framework:
    """Read a framework from YAML, its rules checked against the packs where some are given; raises PackError."""
    from rongdun_contract.rules.source import read_yaml, validated  # noqa: PLC0415 - YAML is slow, built controls need none
    from rongdun_contract.rules.source.nodes import line_of  # noqa: PLC0415 - the same

    report = Report(str(path))
    node = read_yaml(path, report)
    framework = None if node is None else validated(Framework, node, report)
    if framework is not None and node is not None:
        for at, field, what, remedy in _mistakes(framework, tuple(packs)):
            step = ("clauses", at, field)
            report.add(line_of(node, step), f"clauses.{at}.{field}", what, remedy)
    if report.problems or framework is None:
        raise PackError(report.problems)
    return framework


def build_controls(framework: Framework) -> bytes:
    """The framework as canonical JSON."""
    return canonical_json(framework.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def load_compiled_controls(path: Path) -> Framework:
    """Read a built framework; raises PackError when it is none."""
    try:
        return Framework.model_validate(json.loads(path.read_bytes()))
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise PackError([Problem(str(path), 0, "", what, "check that it exists and who may read it")]) from error
    except (ValidationError, ValueError, RecursionError) as error:
        what = f"is no built framework: {str(error).splitlines()[0]}"
        raise PackError([Problem(str(path), 0, "", what, "build it again")]) from error


def _mistakes(framework: Framework, packs: tuple[Pack, ...]) -> Iterable[tuple[int, str, str, str]]:
    """What is wrong between clauses, and between clauses and rules: position, field, what, remedy."""
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    seen: set[str] = set()
    for at, clause in enumerate(framework.clauses):
        if clause.id in seen:
            yield at, "id", f"the clause `{clause.id}` is there already", "keep one of them"
        seen.add(clause.id)
        if (clause.kind == "manual") is bool(clause.rules):
            yield (
                at,
                "kind",
                f"a clause that is {clause.kind} has {len(clause.rules)} rules",
                "manual clauses have none, others some",
            )
        if len(set(clause.rules)) < len(clause.rules):
            yield at, "rules", "a rule is named twice", "name it once"
        for name in clause.rules if packs else ():
            if name not in rules:
                yield at, "rules", f"there is no rule `{name}`", nearest(name, rules)
            elif rules[name].status != "stable":
                yield (
                    at,
                    "rules",
                    f"the rule `{name}` is {rules[name].status}",
                    "map stable rules only: others are not judged",
                )
