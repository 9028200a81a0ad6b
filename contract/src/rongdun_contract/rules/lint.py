"""What a pack has to satisfy before it is built: its files, its cases, and that the cases notice."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from rongdun_contract.facts import SECTIONS, SectionSpec
from rongdun_contract.rules.cases import Case, read_cases
from rongdun_contract.rules.pack import CASES, read_pack
from rongdun_contract.rules.problems import Problem, Report
from rongdun_contract.rules.rule import Pack, Rule
from rongdun_contract.rules.trying import SurveyOf, run_case, unnoticed


class Linted(NamedTuple):
    """A pack with the cases of its rules, the files they stand in, and everything that is wrong with them."""

    pack: Pack | None
    cases: Mapping[str, tuple[Case, ...]]
    files: Mapping[str, Path]
    problems: tuple[Problem, ...]


def lint_pack(directory: Path, sections: Mapping[str, SectionSpec] = SECTIONS) -> Linted:
    """Read a pack and its cases, without trying them: what needs no host."""
    reading = read_pack(directory, sections)
    problems = list(reading.problems)
    cases: dict[str, tuple[Case, ...]] = {}
    rules = {} if reading.pack is None else reading.pack.by_id
    for path in sorted(directory.rglob(f"*{CASES}")):
        report = Report(str(path))
        rule_id = path.name.removesuffix(CASES)
        beside = reading.files.get(rule_id)
        if beside is None or beside.parent != path.parent:
            report.add(0, "", f"there is no rule {rule_id}.yaml beside it", "put the cases beside their rule")
        elif rule_id in rules:
            cases[rule_id] = read_cases(path, rules[rule_id], report, sections)
        problems += report.problems
    broken = {problem.file for problem in problems}
    for rule in rules.values():
        file = reading.files[rule.id]
        if rule.status == "stable" and not {str(file), str(_cases_file(file))} & broken:
            problems += _coverage(cases.get(rule.id, ()), file)
    return Linted(reading.pack, cases, reading.files, tuple(sorted(set(problems))))


def prove_pack(linted: Linted, survey_of: SurveyOf) -> tuple[Problem, ...]:
    """Try every case of a pack that was read, then change each stable rule and see whether its cases notice."""
    if linted.pack is None:
        return ()
    found = [problem for rule in linted.pack.rules for problem in prove_rule(linted, rule, survey_of)]
    return tuple(sorted(found))


def prove_rule(linted: Linted, rule: Rule, survey_of: SurveyOf) -> Iterator[Problem]:
    """The same for one rule; a rule whose cases fail is not changed any further."""
    file = linted.files[rule.id]
    pairs = [(case, survey_of(rule, case) if case.files else {}) for case in linted.cases.get(rule.id, ())]
    failed = False
    for case, surveyed in pairs:
        for mismatch in run_case(rule, case, surveyed):
            failed = True
            yield Problem(str(_cases_file(file)), case.line, case.name, mismatch, "mend the rule or the case")
    if failed or not pairs or rule.status != "stable":
        return
    for description in unnoticed(rule, pairs):
        remedy = "add a case whose verdict depends on it, or drop what makes no difference"
        yield Problem(str(file), 0, "", f"no case notices when {description}", remedy)


def _coverage(cases: tuple[Case, ...], file: Path) -> Iterator[Problem]:
    for verdict in ("pass", "fail"):
        if not any(case.expect.verdict == verdict for case in cases):
            remedy = f"add one to {_cases_file(file).name}"
            yield Problem(str(file), 0, "", f"the rule is stable and has no case that expects {verdict}", remedy)


def _cases_file(rule_file: Path) -> Path:
    return rule_file.with_name(rule_file.name.removesuffix(".yaml") + CASES)
