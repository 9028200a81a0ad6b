"""Findings: a rule's verdict on a host, with what made it so."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from rongdun_contract.rules.rule import Severity

Verdict = Literal["pass", "fail", "not_applicable", "unknown"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(_Part):
    """One fact that decided: its full path, what it is, what was wanted, where it stands, what it overrode.

    An element of a list is shown by what it is called: `accounts.users[name=toor].uid`. Beyond a number of rows the
    last one has `…` for `what` and says how many are left out.
    """

    what: str
    found: str
    wanted: str
    source: str | None = None
    overrides: tuple[str, ...] = ()


class NamedObject(_Part):
    """Something on the host that the rule found fault with; when it appeared is volatile and often not known."""

    key: str
    appeared_at: datetime | None = None


class Finding(_Part):
    """A verdict. `reason` says why it is unknown (a Reason) or does not apply (in words).

    After `valid_until`, where there is one, the same facts may lead to another verdict.
    """

    rule: str
    severity: Severity
    verdict: Verdict
    reason: str | None = None
    valid_until: datetime | None = None
    objects: tuple[NamedObject, ...] = ()
    evidence: tuple[Evidence, ...] = ()
