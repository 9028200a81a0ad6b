"""What the baseline packs judge, clause by clause and check by check."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from docs.reference_pages.mark import MADE
from rongdun_contract.controls import Clause, Framework, Kind, load_controls
from rongdun_contract.host_checks import Answer, CheckGroup, HostCheck, HostChecks, load_host_checks
from rongdun_contract.rules import Pack, load_pack

_RULES = Path(__file__).parents[2] / "rules"
_KINDS: tuple[Kind, ...] = ("auto", "partly", "manual")
_ANSWERS: tuple[Answer, ...] = ("rules", "partly", "manual", "undecidable")
_LEVELS = (2, 3, 4)
_COVERAGE = f"""# Coverage

{MADE}
What the baseline packs judge of GB/T 22239-2019 (the clauses of three levels in
[gbt22239-2019.yaml](../../rules/controls/gbt22239-2019.yaml)) and of the checks on a host in
[host-checks.yaml](../../rules/controls/host-checks.yaml). *auto*, *rules*: rules decide. *partly*: rules decide some of
it, and a person the rest. *manual*: a person judges, and the procedure or the reason says what by. *undecidable*:
nobody can tell on a host, for the reason that stands there. *(advice)*: good practice that no clause asks for in so
many words.
"""


def coverage() -> str:
    """Packs, clauses and checks, each counted and then listed."""
    packs = baseline_packs()
    framework = load_controls(_RULES / "controls/gbt22239-2019.yaml", packs)
    catalogue = load_host_checks(_RULES / "controls/host-checks.yaml", framework, packs)
    parts = (_COVERAGE, *_packs(packs), *_counts(framework), *_points(framework), *_clauses(framework))
    return "".join((*parts, *_check_counts(catalogue), *_checks(catalogue)))


def baseline_packs() -> tuple[Pack, ...]:
    """All packs of kind baseline beside the frameworks, by id."""
    found = (load_pack(file.parent) for file in sorted(_RULES.glob("*/pack.yaml")))
    return tuple(pack for pack in found if pack.kind == "baseline")


def _packs(packs: Iterable[Pack]) -> Iterator[str]:
    yield "\n## Packs\n\n| pack | is | stable rules |\n| --- | --- | --- |\n"
    for pack in packs:
        yield f"| `{pack.id}` | {pack.title['zh']}<br>{pack.title['en']} | {len(pack.stable)} |\n"


def _counts(framework: Framework) -> Iterator[str]:
    yield "\n## Clauses by level\n\n| part | level | clauses | auto | partly | manual | rules |\n"
    yield "| --- | --- | --- | --- | --- | --- | --- |\n"
    for part in dict.fromkeys(clause.part for clause in framework.clauses):
        for level in _LEVELS:
            those = [one for one in framework.clauses if (one.part, one.level) == (part, level)]
            rules = {rule for clause in those for rule in clause.rules}
            yield f"| {part} | {level} | {len(those)} | {_by_kind(those)} | {len(rules)} |\n"


def _by_kind(clauses: Iterable[Clause]) -> str:
    counted = Counter(clause.kind for clause in clauses)
    return " | ".join(str(counted[kind]) for kind in _KINDS)


def _points(framework: Framework) -> Iterator[str]:
    yield "\n## Clauses by control point\n\nAll three levels together.\n\n"
    yield "| part | control point | clauses | auto | partly | manual |\n| --- | --- | --- | --- | --- | --- |\n"
    points = dict.fromkeys((one.part, one.class_.zh, one.control_point) for one in framework.clauses)
    for part, class_, point in points:
        those = [
            one for one in framework.clauses if (one.part, one.class_.zh, one.control_point) == (part, class_, point)
        ]
        yield f"| {part} | {point.zh}<br>{point.en} | {len(those)} | {_by_kind(those)} |\n"


def _clauses(framework: Framework) -> Iterator[str]:
    yield "\n## Clauses that rules judge\n\nNumbers begin with 7 at level 2, 8 at 3, 9 at 4; all others are manual.\n\n"
    yield "| clauses | control point | | rules |\n| --- | --- | --- | --- |\n"
    rows: dict[tuple[str, Kind, tuple[str, ...]], list[Clause]] = {}
    for clause in framework.clauses:
        if clause.rules:
            rows.setdefault((clause.control_point.zh, clause.kind, clause.rules), []).append(clause)
    for (point, kind, rules), those in rows.items():
        yield f"| {', '.join(one.id for one in those)} | {point} | {kind} | {_code(rules)} |\n"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _check_counts(catalogue: HostChecks) -> Iterator[str]:
    yield "\n## Checks on a host\n\n| subject | checks | rules | partly | manual | undecidable |\n"
    yield "| --- | --- | --- | --- | --- | --- |\n"
    for group in catalogue.groups:
        yield f"| {group.title.zh}<br>{group.title.en} | {len(group.checks)} | {_by_answer(group.checks)} |\n"
    yield f"| **all** | {len(catalogue.checks)} | {_by_answer(catalogue.checks)} |\n"


def _by_answer(checks: Iterable[HostCheck]) -> str:
    counted = Counter(check.answer for check in checks)
    return " | ".join(str(counted[answer]) for answer in _ANSWERS)


def _checks(catalogue: HostChecks) -> Iterator[str]:
    for group in catalogue.groups:
        yield from _group(group)


def _group(group: CheckGroup) -> Iterator[str]:
    yield f"\n### {group.title.zh} | {group.title.en}\n\n"
    yield "| check | clauses | says | judged by |\n| --- | --- | --- | --- |\n"
    for check in group.checks:
        says = f"{check.gist.zh}<br>{check.gist.en}" + (" *(advice)*" if check.advice else "")
        yield f"| {check.id} | {', '.join(check.clauses)} | {says} | {'<br>'.join(_judges(check))} |\n"


def _judges(check: HostCheck) -> Iterator[str]:
    if check.todo:
        yield "*todo*"
    if check.rules:
        yield _code(check.rules)
    for word, reason in (("manual", check.manual), ("undecidable", check.undecidable)):
        if reason is not None:
            yield f"*{word}*: {reason.zh}<br>{reason.en}"
