"""What is said in both languages on the page, Chinese first."""

from collections.abc import Mapping
from types import MappingProxyType
from xml.etree.ElementTree import Element

from rongdun_agent.scan.evidence import MARKS
from rongdun_agent.scan.markup import Child, node
from rongdun_contract.clauses import Result
from rongdun_contract.findings import Verdict
from rongdun_contract.rules import Severity

VERDICTS: Mapping[Verdict, tuple[str, str]] = MappingProxyType(
    {
        "fail": ("不通过", "fail"),
        "unknown": ("未知", "unknown"),
        "pass": ("通过", "pass"),
        "not_applicable": ("不适用", "not applicable"),
    }
)
SEVERITIES: Mapping[Severity, tuple[str, str]] = MappingProxyType(
    {"critical": ("严重", "critical"), "high": ("高", "high"), "medium": ("中", "medium"), "low": ("低", "low")}
)
RESULT_CLASSES: Mapping[Result, str] = MappingProxyType(
    {"符合": "good", "部分符合": "bad", "不符合": "bad", "不适用": "dim", "未检": "open"}
)
VERDICT_CLASSES: Mapping[Verdict, str] = MappingProxyType(
    {"fail": "bad", "unknown": "open", "pass": "good", "not_applicable": "dim"}
)


def both(zh: str, en: str) -> tuple[Child, ...]:
    """A text and, smaller, its English."""
    return (zh, " ", node("span", en, class_="en", lang="en"))


def heading(name: str, zh: str, en: str) -> Element:
    """The head of a part of the page, which links lead to by its name."""
    return node("h2", both(zh, en), id=name)


def verdict_words(verdict: Verdict) -> Element:
    """The sign and the words of a verdict."""
    zh, en = VERDICTS[verdict]
    return node("span", f"{MARKS[verdict][0]} ", both(zh, en), class_=VERDICT_CLASSES[verdict])


def head_row(*words: tuple[str, str]) -> Element:
    """The head of a table, repeated on each printed page."""
    return node("thead", node("tr", (node("th", both(*both_of), scope="col") for both_of in words)))
