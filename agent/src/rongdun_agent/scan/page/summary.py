"""The head of the page: which host, when, by which rules; its score with the confidence, and the counts."""

from collections.abc import Iterator
from importlib.metadata import version
from xml.etree.ElementTree import Element

from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.markup import Child, node
from rongdun_agent.scan.order import TOLD
from rongdun_agent.scan.page.words import SEVERITIES, VERDICTS, both, head_row, verdict_words

_PARTS = (
    ("clauses", "条款结果"),
    ("findings", "检查结果与整改"),
    ("people", "人工核查"),
    ("unseen", "未能看到的内容"),
)


def summary(judgement: Judgement) -> Iterator[Element]:
    """All that one sees first."""
    yield node("h1", both("等级保护基线检查报告", "Baseline report of one host"))
    yield node("dl", _facts(judgement))
    yield node("div", _figures(judgement), class_="figures")
    if judgement.score.red_flag:
        yield node(
            "p", both("没有一条规则适用于本机，值得怀疑。", "No rule applies to this host: look why."), class_="bad"
        )
    yield node("nav", (node("a", zh, href=f"#{name}") for name, zh in _PARTS))
    yield _counts(judgement)
    yield node(
        "p",
        both(
            "得分只计通过与不通过；未知不算通过，它降低置信度。得分不是等级测评得分，测评结论由测评机构作出。",
            "The score counts what passes and fails; what is unknown is never a pass and lowers the confidence. It is "
            "not the score of a classified-protection assessment, which an assessor gives.",
        ),
        class_="dim",
    )


def _facts(judgement: Judgement) -> Iterator[Element]:
    wish = judgement.wish
    yield from _fact("主机", "host", judgement.host_name or "?")
    yield from _fact("操作系统", "operating system", judgement.os_name or "?")
    yield from _fact("等级", "level", f"第{'零一二三四五'[wish.level]}级 level {wish.level}")
    yield from _fact("检查时间", "judged at", judgement.at.isoformat())
    yield from _fact("规则包", "packs", ", ".join(f"{pack.id} {pack.version}" for pack in wish.packs))
    for rule, values in sorted(wish.params.items()):
        told = ", ".join(f"{name} = {value}" for name, value in sorted(values.items()))
        yield from _fact("改动的参数", "parameters changed", f"{rule}: {told}")
    yield from _fact("工具", "tool", f"Rongdun 榕盾 {version('rongdun-agent')}")


def _fact(zh: str, en: str, value: str) -> tuple[Element, Element]:
    return node("dt", both(zh, en)), node("dd", value)


def _figures(judgement: Judgement) -> Iterator[Element]:
    score = judgement.score
    yield _figure("态势得分", "score of 100", "–" if score.score is None else f"{score.score:.1f}")
    yield _figure("置信度", "confidence", "–" if score.confidence is None else f"{score.confidence:.0%}")
    for verdict in TOLD:
        yield _figure(*VERDICTS[verdict], str(score.counts[verdict]))


def _figure(zh: str, en: str, value: str) -> Element:
    return node("div", node("b", value), both(zh, en), class_="figure")


def _counts(judgement: Judgement) -> Element:
    """Verdicts by severity."""
    counted = [(finding.verdict, finding.severity) for finding in judgement.findings]
    rows: Child = [
        node(
            "tr",
            node("th", verdict_words(verdict), scope="row"),
            (node("td", str(counted.count((verdict, severity)))) for severity in SEVERITIES),
        )
        for verdict in TOLD
    ]
    return node("table", head_row(("结论", "verdict"), *SEVERITIES.values()), node("tbody", rows))
