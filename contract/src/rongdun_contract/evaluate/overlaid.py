"""Judging under an organisation's overlay: `evaluate` with its parameters, and findings that say so."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from rongdun_contract.documents import Survey
from rongdun_contract.evaluate import NO_PARAMS, evaluate
from rongdun_contract.findings import Finding
from rongdun_contract.rules.overlay import Overlay
from rongdun_contract.rules.rule import Rule


def evaluate_under(  # noqa: PLR0913 - as `evaluate`
    overlay: Overlay,
    rules: Iterable[Rule],
    survey: Survey,
    *,
    now: datetime,
    params: Mapping[str, Mapping[str, Any]] = NO_PARAMS,
    level: int = 3,
    reference: Survey | None = None,
) -> tuple[Finding, ...]:
    """Judge a host; `params` are those of a what-if, which go before the overlay's.

    Each finding on a rule that the overlay adjusts has a row of evidence that says how, and is valid no longer than the
    waivers that it rests on.
    """
    in_force = overlay.at(now)
    values = in_force.params(params)
    findings = evaluate(rules, survey, now=now, params=values, level=level, reference=reference)
    said = in_force.without(params)
    return tuple(map(said.told, findings)) if any(said) else findings
