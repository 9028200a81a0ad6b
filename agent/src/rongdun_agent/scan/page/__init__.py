"""The scan as one page of HTML: Chinese with English beside it, nothing to load, no script, fit for printing."""

import base64
import hashlib
from collections.abc import Iterator
from typing import TextIO
from xml.etree.ElementTree import Element, tostring

from rongdun_agent.scan.choice import embedded_controls
from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.markup import node
from rongdun_agent.scan.page.clauses import clause_table
from rongdun_agent.scan.page.findings import told_findings
from rongdun_agent.scan.page.people import people_judge
from rongdun_agent.scan.page.style import STYLE
from rongdun_agent.scan.page.summary import summary
from rongdun_agent.scan.page.unseen import not_seen


def write_html(judgement: Judgement, out: TextIO) -> None:
    """Print the page."""
    out.write("<!DOCTYPE html>\n")
    out.write(tostring(_page(judgement), encoding="unicode", method="html"))
    out.write("\n")


def _page(judgement: Judgement) -> Element:
    title = f"{judgement.host_name or '?'} 等级保护基线检查 {judgement.at:%Y-%m-%d}"
    head = node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", http_equiv="Content-Security-Policy", content=_policy()),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("title", title),
        node("style", STYLE),
    )
    return node("html", head, node("body", node("main", _parts(judgement))), lang="zh-CN")


def _parts(judgement: Judgement) -> Iterator[Element]:
    framework = embedded_controls(judgement.wish.level)
    yield from summary(judgement)
    yield from clause_table(judgement, framework)
    yield from told_findings(judgement, framework)
    yield from people_judge(judgement, framework)
    yield from not_seen(judgement)


def _policy() -> str:
    """Nothing is loaded and nothing runs; only this page's own style counts."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
