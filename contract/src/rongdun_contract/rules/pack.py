"""A pack of rules as a directory: `pack.yaml`, and `<group>/<id>.yaml` with `<id>.cases.yaml` beside."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from rongdun_contract.facts import SECTIONS, SectionSpec
from rongdun_contract.rules.document import PackDocument
from rongdun_contract.rules.one_rule import read_rule
from rongdun_contract.rules.problems import PackError, Problem, Report, nearest
from rongdun_contract.rules.rule import Pack, Rule
from rongdun_contract.rules.source import read_yaml, validated
from rongdun_contract.rules.source.nodes import line_of

CASES = ".cases.yaml"
MAX_FILES = 5000


class Reading(NamedTuple):
    """What could be read of a pack, with the file of each rule, and everything that is wrong with it."""

    pack: Pack | None
    files: Mapping[str, Path]
    problems: tuple[Problem, ...]


def load_pack(directory: Path, sections: Mapping[str, SectionSpec] = SECTIONS) -> Pack:
    """Read a pack; raises PackError with every problem of every file."""
    reading = read_pack(directory, sections)
    if reading.problems or reading.pack is None:
        raise PackError(reading.problems)
    return reading.pack


def read_pack(directory: Path, sections: Mapping[str, SectionSpec] = SECTIONS) -> Reading:
    """Read as much of a pack as can be read."""
    if not (directory / "pack.yaml").exists():
        missing = Problem(
            str(directory), 0, "", "is no pack: there is no pack.yaml in it", "name the directory of a pack"
        )
        return Reading(None, {}, (missing,))
    head = Report(str(directory / "pack.yaml"))
    rules, files, problems = _read_rules(directory, sections)
    pack = _read_head(directory / "pack.yaml", head, rules, sections, complete=not problems)
    return Reading(pack, files, tuple(sorted({*problems, *head.problems})))


def _read_rules(
    directory: Path, sections: Mapping[str, SectionSpec]
) -> tuple[tuple[Rule, ...], dict[str, Path], list[Problem]]:
    rules: dict[str, Rule] = {}
    files: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in rule_files(directory):
        report = Report(str(path))
        rule_id = path.name.removesuffix(".yaml")
        if path.suffix != ".yaml":
            report.add(0, "", "does not end in .yaml", f"rename it to {path.stem}.yaml")
        elif rule_id in files:
            report.add(0, "id", f"the id is there already, in {files[rule_id]}", "ids are never used twice")
        else:
            files[rule_id] = path
            rule = read_rule(path, report, sections)
            if rule is not None:
                rules[rule_id] = rule
        problems += report.problems
    return tuple(rules[rule_id] for rule_id in sorted(rules)), files, problems


def rule_files(directory: Path) -> Iterator[Path]:
    """Every file below the pack that should be a rule, sorted."""
    files = sorted(path for pattern in ("*.yaml", "*.yml") for path in directory.rglob(pattern))
    if len(files) > MAX_FILES:
        raise PackError([Problem(str(directory), 0, "", f"has more than {MAX_FILES} files", "split the pack")])
    return (path for path in files if path != directory / "pack.yaml" and not path.name.endswith(CASES))


def _read_head(
    path: Path, report: Report, rules: tuple[Rule, ...], sections: Mapping[str, SectionSpec], *, complete: bool
) -> Pack | None:
    node = read_yaml(path, report)
    document = None if node is None else validated(PackDocument, node, report)
    if document is None or node is None:
        return None
    read = {name: schema for rule in rules for name, schema in rule.needs.items()}
    for name in sorted(read.keys() - document.needs.keys()):
        what = f"rules read `{name}`, which is not there"
        report.add(line_of(node, ("needs",)), "needs", what, f"add {name}: {read[name]}")
    for name, schema in document.needs.items():
        wrong = _wrong_need(name, schema, sections, read if complete else None)
        if wrong is not None:
            report.add(line_of(node, ("needs", name)), f"needs.{name}", *wrong)
    return Pack(
        id=document.id,
        version=document.version,
        kind=document.kind,
        title=document.title.model_dump(),
        needs=dict(sorted(document.needs.items())),
        rules=rules,
    )


def _wrong_need(
    name: str, schema: int, sections: Mapping[str, SectionSpec], read: Mapping[str, int] | None
) -> tuple[str, str] | None:
    """What is wrong with one of a pack's needs, and the remedy; `read` is None while not all rules could be read."""
    if name not in sections:
        return f"there is no section `{name}`", nearest(name, sections)
    if schema != sections[name].schema:
        current = sections[name].schema
        return f"the paths were checked against schema {current}, not {schema}", f"write {name}: {current}"
    if read is not None and name not in read:
        return f"no rule reads `{name}`", "remove it"
    return None
