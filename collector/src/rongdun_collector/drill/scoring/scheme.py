"""The shape of a scheme file: what the language can say so far, frozen and checked."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from rongdun_collector.drill.scoring.exact import Gain, Loss, Seconds, decimal_text
from rongdun_contract.rules.document import Document, TextDocument
from rongdun_contract.rules.rule import Severity

Rounding = Literal["ceil", "floor", "half_up", "half_even"]
DetectFrom = Literal["ack", "receive"]


class Head(Document):
    """Who the scheme is, and how amounts become whole."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    """kebab-case; a drill is opened with the scheme of this id"""
    version: Annotated[int, Field(ge=1)]
    """counts up with every change that a drill may see"""
    title: TextDocument | None = None
    """in both languages"""
    rounding: Rounding
    """once for each line, on the magnitude, keeping the sign"""


class Split(Document):
    """Which share of a signal's points is for detecting it, and which for disposing of it; together 1."""

    detect: Gain
    """share of the points"""
    dispose: Gain
    """share of the points"""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = self.detect + self.dispose
        if total != 1:
            raise _refusal(f"the shares add up to {decimal_text(total)}", "make them 1 together")
        return self


class StepTable(Document):
    """Factors by time: that of the first limit which is not exceeded, else the last word."""

    kind: Literal["step"]
    """the only kind so far"""
    table: Annotated[
        tuple[Annotated[tuple[Seconds, Gain], Field(strict=False)], ...], Field(strict=False, min_length=1)
    ]
    """pairs of a limit, which is inclusive, and a factor; limits rise, factors never do"""
    otherwise: Annotated[Gain, Field(alias="else")]
    """the factor beyond the last limit"""

    @model_validator(mode="after")
    def _falls(self) -> Self:
        factors = [*(factor for _, factor in self.table), self.otherwise]
        if any(limit >= following for (limit, _), (following, _) in pairwise(self.table)):
            raise _refusal("a limit is not above the one before it", "sort the limits, each once")
        if any(factor < following for factor, following in pairwise(factors)):
            raise _refusal("a later time earns more than an earlier one", "let the factors fall, `else` included")
        return self

    def step(self, seconds: Fraction) -> tuple[int | None, Fraction]:
        """The limit that was kept, None when it is too late for all, and its factor."""
        for limit, factor in self.table:
            if seconds <= limit:
                return limit, factor
        return None, self.otherwise


class FalsePositives(Document):
    """What a unit loses for calling things what they are not."""

    each: Loss
    """points for each one beyond the allowance"""
    allowance: Annotated[int, Field(ge=0)]
    """how many cost nothing"""


class AutoSignals(Document):
    """How signals of hosts become points of their unit."""

    points: Annotated[dict[Severity, Gain], Field(min_length=1)]
    """by severity; a severity that is not named earns nothing, and the trace says so"""
    split: Split
    """shares of detection and disposal"""
    detect: StepTable
    """factors of the time to detection"""
    dispose: StepTable
    """factors of the time from detection to disposal"""
    missed: Loss
    """points for a registered stimulus that was never seen"""
    false_positive: FalsePositives
    """points for false alarms"""
    detect_from: DetectFrom = "ack"
    """`ack`: detected when a person took it; `receive`: when the collector had it"""


class SchemeDocument(Document):
    """A file in `rules/schemes/`."""

    scheme: Head
    auto_signals: AutoSignals


@dataclass(frozen=True)
class Scheme:
    """A scheme that can be scored by; `sha256` is over the bytes of its file, and names this very text."""

    id: str
    version: int
    title: TextDocument | None
    rounding: Rounding
    auto: AutoSignals
    sha256: str


def _refusal(what: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("scheme_rule", "{what}", {"what": what, "remedy": remedy})
