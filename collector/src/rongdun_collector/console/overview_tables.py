"""The tables of the overview as rows of a spreadsheet."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from rongdun_collector.console import words
from rongdun_collector.console.language import Language, say_in
from rongdun_collector.console.moments import plain
from rongdun_collector.console.overview_figures import OverviewFigures

Table = tuple[Sequence[str], Iterator[Sequence[object]]]


def _units(view: OverviewFigures, language: Language) -> Table:
    t = say_in(language)
    severities = [words.word(name, language) for name in words.SEVERITIES]
    name = t("信息系统", "system") if view.by_system else t("责任单位", "unit")
    head = (
        "id",
        name,
        t("在线主机", "hosts"),
        t("失联", "silent"),
        t("得分", "score"),
        t("置信度", "confidence"),
        *severities,
    )
    return head, (
        (
            part.id,
            part.name,
            part.sum.hosts,
            part.silent,
            _rounded(part.sum.score, 1),
            _rounded(part.sum.confidence, 3),
            *(part.sum.findings[severity, "fail"] for severity in words.SEVERITIES),
        )
        for part in view.parts
    )


def _rules(view: OverviewFigures, language: Language) -> Table:
    t = say_in(language)
    head = (
        t("规则", "rule"),
        t("说明", "title"),
        t("严重程度", "severity"),
        t("不通过主机", "failing hosts"),
        t("新增不通过", "newly failing"),
        t("新转通过", "newly passing"),
    )
    return head, (
        (
            row.id,
            row.rule.title[language] if row.rule else "",
            words.word(row.severity, language),
            row.failing,
            row.newly_failing,
            row.newly_passing,
        )
        for row in view.rules
    )


def _clauses(view: OverviewFigures, language: Language) -> Table:
    t = say_in(language)
    results = [words.word(name, language) for name in words.RESULTS]
    head = (
        t("条款", "clause"),
        t("等级", "level"),
        t("控制点", "control point"),
        t("要求", "gist"),
        t("判定方式", "judged"),
        *results,
    )
    return head, (
        (
            row.clause.id,
            row.clause.level,
            getattr(row.clause.control_point, language),
            getattr(row.clause.gist, language),
            words.word(row.clause.kind, language),
            *(row.hosts.get(result, 0) for result in words.RESULTS),
        )
        for row in view.clauses
    )


def _changes(view: OverviewFigures, language: Language) -> Table:
    t = say_in(language)
    head = (
        "id",
        t("主机", "host"),
        t("责任单位", "unit"),
        t("变化时间", "changed at"),
        t("原得分", "score before"),
        t("得分", "score"),
        t("规则", "rule"),
        t("说明", "title"),
        t("变化", "change"),
    )
    return head, (
        (
            one.host,
            one.hostname,
            view.place.names.get(one.unit or "", one.unit),
            plain(one.changed_at),
            _rounded(one.score_before, 1),
            _rounded(one.score, 1),
            name,
            view.rule_of[name].title[language] if name in view.rule_of else "",
            said,
        )
        for one in view.changed
        for names, said in (
            (one.worse, t("新增不通过", "newly failing")),
            (one.better, t("不再不通过", "fails no more")),
        )
        for name in names
    )


def _silent(view: OverviewFigures, language: Language) -> Table:
    t = say_in(language)
    head = (
        "id",
        t("主机", "host"),
        t("责任单位", "unit"),
        t("信息系统", "system"),
        t("最近上报", "last seen"),
        t("得分", "score"),
    )
    return head, (
        (row.id, row.hostname, row.unit_name, row.system_name, plain(row.seen_at), _rounded(row.score, 1))
        for row in view.silent
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


TABLES: Mapping[str, Callable[[OverviewFigures, Language], Table]] = MappingProxyType(
    {"units": _units, "rules": _rules, "clauses": _clauses, "changes": _changes, "silent": _silent}
)
