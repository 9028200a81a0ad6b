"""What a scan could not see, why, and what would help."""

import os
from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from rongdun_agent.scan.judgement import Judgement
from rongdun_agent.scan.text import Paper, printable
from rongdun_agent.survey import WALK
from rongdun_contract.documents import Section, Unavailable

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


def write_unseen(judgement: Judgement, paper: Paper) -> None:
    """Sections and values that are unknown, by reason; nothing when all could be seen."""
    rules: dict[str, list[str]] = defaultdict(list)
    for finding in judgement.findings:
        if finding.verdict == "unknown":
            rules[finding.reason or "error"].append(finding.rule)
    sections = {name: part for name, part in judgement.survey.items() if isinstance(part, Unavailable)}
    if rules or sections:
        paper.line()
        paper.line("未能看到的内容 What could not be seen", style="bold")
    for reason, words in REASONS.items():
        here = {name: part for name, part in sections.items() if part.reason == reason}
        if not here and reason not in rules:
            continue
        paper.line(words, indent=2, style="yellow")
        for name, part in here.items():
            paper.line(printable(f"{name}: {part.detail}"), indent=4, hanging=2)
        if reason in rules:
            paper.line(f"规则 rules: {', '.join(rules[reason])}", indent=4, hanging=2)
        if help_ := _remedy(reason, judgement):
            paper.line(help_, indent=4, hanging=2, style="dim")
    _write_walks_age(judgement, paper)


def _remedy(reason: str, judgement: Judgement) -> str:
    if reason == "no permission" and os.geteuid() != 0:
        return "以 root 运行可见：sudo rongdun-agent scan … Run it as root to see these."
    if reason == "not probed" and isinstance(judgement.survey.get(WALK), Unavailable):
        return "加 --walk 立即遍历文件系统 Add --walk to walk the file system now."
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
