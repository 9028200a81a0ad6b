"""Steps of a score in words: a row each, in both languages, so that pages and tables say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from fractions import Fraction
from types import MappingProxyType

from rongdun_collector.drill.scoring import PointLine
from rongdun_collector.drill.scoring.exact import decimal_text
from rongdun_collector.drill.scoring.trace import (
    Base,
    Clock,
    FalseAlarms,
    Frozen,
    Missed,
    NotCounted,
    NotScored,
    Rounded,
    Step,
)

Both = tuple[str, str]
"""A text in Chinese and in English."""

_SHANGHAI = timezone(timedelta(hours=8))
_SIZES = ((86400, "天", "d"), (3600, "小时", "h"), (60, "分", "min"), (1, "秒", "s"))
_SEVERITIES: Mapping[str, str] = MappingProxyType({"critical": "严重", "high": "高", "medium": "中", "low": "低"})
_PARTS: Mapping[str, Both] = MappingProxyType({"detect": ("发现", "Detection"), "dispose": ("处置", "Disposal")})
_ENDS: Mapping[str, Both] = MappingProxyType(
    {"ack": ("确认", "acknowledged"), "receive": ("收到", "received"), "gone": ("消除", "gone")}
)
_ROUNDINGS: Mapping[str, Both] = MappingProxyType(
    {
        "ceil": ("按绝对值进一", "magnitude rounded up"),
        "floor": ("按绝对值舍去", "magnitude rounded down"),
        "half_up": ("四舍五入", "half away from zero"),
        "half_even": ("四舍六入五成双", "half to even"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """What a step is, how it came about, and its amount (None: it has none)."""

    what: Both
    how: Both
    amount: str | None = None


def explain(line: PointLine) -> tuple[Row, ...]:
    """The steps of a line, one row each; the last one that has an amount has the line's points."""
    return tuple(_row(step) for step in line.trace)


def amounts(line: PointLine) -> str:
    """The steps on one line, in English."""
    rows = explain(line)
    return "; ".join(f"{row.what[1]}: {row.how[1]}{'' if row.amount is None else f' = {row.amount}'}" for row in rows)


def lasting(seconds: Fraction) -> Both:
    """A span in whole units down to seconds, and the exact rest of a second where there is one."""
    whole, rest = divmod(seconds, 1)
    left = int(whole)
    zh: list[str] = []
    en: list[str] = []
    for size, name, short in _SIZES:
        count, left = divmod(left, size)
        exact = Fraction(count) + (rest if size == 1 else 0)
        if exact or (size == 1 and not zh):
            zh.append(f"{decimal_text(exact)} {name}")
            en.append(f"{decimal_text(exact)} {short}")
    return " ".join(zh), " ".join(en)


def _row(step: Step) -> Row:  # noqa: PLR0911 - one answer for each kind of step
    match step:
        case Base():
            how = (f"信号级别：{_SEVERITIES[step.severity]}", f"severity {step.severity}")
            return Row(("基准分", "Worth"), how, decimal_text(step.points))
        case NotCounted():
            zh, en = lasting(step.seconds)
            how = (f"失联或代理不可见 {zh}，已从用时中扣除", f"{en} cut off or blind, taken off the times")
            return Row(("不计时", "Not counted"), how)
        case Clock():
            return Row(_PARTS[step.part], _clock(step), decimal_text(step.amount))
        case Missed():
            how = ("已登记的攻击动作未被发现", "a registered stimulus that nothing was found for")
            return Row(("漏报", "Missed"), how, decimal_text(step.points))
        case FalseAlarms():
            each = decimal_text(step.each)
            how = (
                f"误报 {step.count} 次，容许 {step.allowance} 次，超出部分每次 {each} 分",
                f"{step.count} false alarms, {step.allowance} are free, {each} for each beyond",
            )
            return Row(("误报", "False alarms"), how, decimal_text(step.amount))
        case NotScored():
            return Row(("不计分", "Not scored"), _why(step), "0")
        case Frozen():
            at = f"{step.at.astimezone(_SHANGHAI):%Y-%m-%d %H:%M:%S}"
            return Row(("封榜", "Frozen"), (f"截至 {at}", f"as of {at} (UTC+8)"))
        case Rounded():
            zh, en = _ROUNDINGS[step.rounding]
            exact = decimal_text(step.exact)
            return Row(("得分", "Points"), (f"合计 {exact}，{zh}", f"sum {exact}, {en}"), str(step.points))


def _clock(step: Clock) -> Both:
    zh_end, en_end = _ENDS[step.ended_by]
    if step.seconds is None:
        return f"尚未{zh_end}，此项不得分", f"not {en_end}, which earns nothing"
    zh, en = lasting(step.seconds)
    if step.limit_s is None:
        zh_limit, en_limit = "超过全部时限", "beyond every limit"
    else:
        zh_span, en_span = lasting(Fraction(step.limit_s))
        zh_limit, en_limit = f"不超过 {zh_span}", f"within {en_span}"
    product = f"{decimal_text(step.share)} × {decimal_text(step.factor)}"
    return (
        f"{zh} 后{zh_end}，{zh_limit}：占比 × 系数 = {product}",
        f"{en_end} after {en}, {en_limit}: share × factor = {product}",
    )


def _why(step: NotScored) -> Both:
    if step.why == "excluded":
        return f"已排除：{step.reason}", f"taken out: {step.reason}"
    if step.why == "false_positive":
        return "已标记为误报", "marked as a false alarm"
    severity = _SEVERITIES[step.reason]
    return f"计分规则未给“{severity}”级信号定分", f"the scheme gives no points for severity {step.reason}"
