"""What people judge on this host, with the assessor's procedure; what the system answers for once is only counted."""

from collections.abc import Iterator
from itertools import groupby
from xml.etree.ElementTree import Element

from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.markup import node
from rongdun_agent.scan.page.words import both, head_row, heading
from rongdun_contract.controls import Clause, Framework


def people_judge(judgement: Judgement, framework: Framework) -> Iterator[Element]:
    """Each control point with clauses that rules do not decide alone."""
    yield heading("people", "人工核查", "For people to judge")
    of_level = [clause for clause in framework.clauses if clause.level == judgement.wish.level]
    here = [clause for clause in of_level if clause.on_host and clause.kind != "auto"]
    head = head_row(("控制点", "control point"), ("条款", "clauses"), ("核查方法", "procedure"))
    rows = (_row(list(clauses)) for _, clauses in groupby(here, key=_point))
    yield node("table", head, node("tbody", rows))
    others = sum(not clause.on_host for clause in of_level)
    yield node(
        "p",
        both(
            f"另有 {others} 项条款按定级系统整体核查一次（机房、网络、管理制度等），不在单台主机的报告里。",
            f"{others} more clauses are judged once for the graded system (rooms, network, management), not on a host.",
        ),
        class_="dim",
    )


def _point(clause: Clause) -> str:
    """A clause's control point by its number: `8.1.4.1 a` is under `8.1.4.1`."""
    return clause.id.rpartition(" ")[0]


def _row(clauses: list[Clause]) -> Element:
    first = clauses[0]
    items = (node("li", f"{clause.id}　", both(clause.gist.zh, clause.gist.en)) for clause in clauses)
    procedure = first.procedure
    return node(
        "tr",
        node("td", both(first.control_point.zh, first.control_point.en)),
        node("td", node("ul", items)),
        node("td", both(procedure.zh, procedure.en) if procedure else "—"),
        id=f"point-{_point(first)}",
    )
