"""What a scan could not see, why, and what would help."""

import os
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.text import Paper, printable
from rongdun_agent.survey import WALK, WEAK_PASSWORDS
from rongdun_contract.documents import Section, Unavailable

_ELEMENT = re.compile(r"\[[^\]]*\]")
_MOST_PLACES = 12

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "no permission": "没有权限 no permission",
        "not probed": "没有采集 not probed",
        "error": "出错 error",
        "not a live host": "不是运行中的主机 not a live host",
        "undecided": "无法确定 undecided",
        "agent too old": "代理版本过旧 agent too old",
        "no reference": "没有参照 no reference",
    }
)

_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        WALK: "加 --walk 立即遍历文件系统 · Add --walk to walk the file system now.",
        WEAK_PASSWORDS: "加 --weak-passwords 试探弱口令 · Add --weak-passwords to try what anybody would guess.",
    }
)
"""What is read only where it is asked for, and how to ask."""


class _Unseen(NamedTuple):
    """What could not be seen for one reason: whole sections, places in others, and the rules that suffer."""

    reason: str
    sections: Mapping[str, Unavailable]
    places: tuple[str, ...]
    rules: tuple[str, ...]


def write_unseen(judgement: Judgement, paper: Paper) -> None:
    """Sections and values that are unknown, by reason; nothing when all could be seen."""
    everything = [unseen for unseen in _by_reason(judgement) if unseen.sections or unseen.rules]
    if everything:
        paper.line()
        paper.line("未能看到的内容 What could not be seen", style="bold")
    for unseen in everything:
        _write_one(unseen, judgement, paper)
    _write_walks_age(judgement, paper)


def _by_reason(judgement: Judgement) -> Iterator[_Unseen]:
    rows = [row for finding in judgement.findings for row in finding.evidence]
    for reason in REASONS:
        sections = {
            name: part
            for name, part in judgement.survey.items()
            if isinstance(part, Unavailable) and part.reason == reason
        }
        # which accounts or sockets they are says less than that it is accounts or sockets
        places = dict.fromkeys(_ELEMENT.sub("[…]", row.what) for row in rows if row.found == f"unknown: {reason}")
        yield _Unseen(
            reason,
            sections,
            tuple(place for place in places if place.partition(".")[0] not in sections),
            tuple(
                finding.rule
                for finding in judgement.findings
                if (finding.verdict, finding.reason) == ("unknown", reason)
            ),
        )


def _write_one(unseen: _Unseen, judgement: Judgement, paper: Paper) -> None:
    paper.line(REASONS[unseen.reason], indent=2, style="yellow")
    for name, part in unseen.sections.items():
        paper.line(printable(f"{name}: {part.detail}"), indent=4, hanging=2)
    if unseen.places:
        more = " …" if len(unseen.places) > _MOST_PLACES else ""
        paper.line(printable(", ".join(unseen.places[:_MOST_PLACES]) + more), indent=4, hanging=2)
    if unseen.rules:
        paper.line(f"规则 rules: {', '.join(unseen.rules)}", indent=4, hanging=2)
    if remedy := _remedy(unseen.reason, judgement):
        paper.line(remedy, indent=4, hanging=2, style="dim")


def _remedy(reason: str, judgement: Judgement) -> str:
    if reason == "no permission" and os.geteuid() != 0:
        return "以 root 运行即可看到：sudo rongdun-agent scan · Run it as root to see these."
    if reason == "no permission":
        return (
            "root 也被拒绝：可能在容器或受限服务中 · Refused even to root: a container, or a service with few rights?"
        )
    if reason == "not probed":
        missing = (name for name in _OPTIONS if isinstance(judgement.survey.get(name), Unavailable))
        return " ".join(_OPTIONS[name] for name in missing)
    return ""


def _write_walks_age(judgement: Judgement, paper: Paper) -> None:
    walk = judgement.survey.get(WALK)
    if not isinstance(walk, Section) or walk.taken_at is None:
        return
    hours = (judgement.at - walk.taken_at).total_seconds() / 3600
    if hours >= 1:
        paper.line()
        age = f"{hours / 24:.0f} 天 days" if hours >= 48 else f"{hours:.0f} 小时 hours"  # noqa: PLR2004 - two days
        paper.line(f"文件系统遍历于 {age}之前 The file system was walked that long ago; --walk walks now.", style="dim")
