"""What could not be read, why, and what the verdicts therefore leave open."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.markup import node
from rongdun_agent.scan.page.words import both, head_row, heading
from rongdun_agent.scan.unseen import REASONS
from rongdun_contract.documents import Section, Unavailable


def not_seen(judgement: Judgement) -> Iterator[Element]:
    """Sections of facts that are missing, and how old the walk is that was used."""
    yield heading("unseen", "未能看到的内容", "What could not be seen")
    missing = [(name, part) for name, part in judgement.survey.items() if isinstance(part, Unavailable)]
    if missing:
        head = head_row(("内容", "section"), ("原因", "reason"), ("说明", "detail"))
        rows = (
            node("tr", node("td", node("code", name)), node("td", REASONS[part.reason]), node("td", part.detail))
            for name, part in missing
        )
        yield node("table", head, node("tbody", rows))
    else:
        yield node("p", both("各部分事实都已读取。", "Every section of facts was read."))
    for name, part in judgement.survey.items():
        if isinstance(part, Section) and part.taken_at is not None and part.taken_at < judgement.at:
            zh, en = f"{name} 采集于 {part.taken_at.isoformat()}。", f"{name} was taken then."
            yield node("p", both(zh, en), class_="dim")
