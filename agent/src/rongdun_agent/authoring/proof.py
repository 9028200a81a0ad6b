"""Trying the cases of a pack: each one's files become a host, which the real probes survey."""

import tempfile
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import NamedTuple

from rongdun_agent.authoring.case_host import make_host
from rongdun_agent.survey import survey
from rongdun_contract.documents import Survey
from rongdun_contract.rules import Problem, Rule
from rongdun_contract.rules.cases import Case
from rongdun_contract.rules.lint import Linted, prove_rule
from rongdun_contract.rules.mutations import mutations


class Proof(NamedTuple):
    """How many rules, cases and changes of rules were tried, and what was wrong."""

    rules: int
    cases: int
    changes: int
    problems: tuple[Problem, ...]


def prove(linted: Linted, rules: Iterable[Rule]) -> Proof:
    """Try every case of the rules, and whether the cases notice each change of a stable one."""
    rules = tuple(rules)
    with tempfile.TemporaryDirectory(prefix="rongdun-cases-") as folder:
        places = _Places(Path(folder))
        problems = [problem for rule in rules for problem in prove_rule(linted, rule, places.survey_of)]
    return Proof(
        rules=len(rules),
        cases=sum(len(linted.cases.get(rule.id, ())) for rule in rules),
        changes=sum(1 for rule in rules if rule.status == "stable" for _ in mutations(rule)),
        problems=tuple(sorted(problems)),
    )


class _Places:
    """A fresh directory for each host."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    def survey_of(self, rule: Rule, case: Case) -> Survey:
        """What the probes find in the files of a case, for the sections that the rule reads and the case does not."""
        root = self._folder / str(next(self._numbers))
        root.mkdir()
        host = make_host(root, case.files)
        found, _ = survey(host, sections=rule.sections - case.facts.keys(), walk=True, clock=lambda: case.now)
        return found
