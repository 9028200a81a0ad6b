"""Which host an enrolment is: a new one, or one already known; always with the reasons. A pure function."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rongdun_contract.wire import Claims

Decision = Literal["new", "same"]

_NOT_UNIQUE = {
    "03000200-0400-0500-0006-000700080009",  # an AMI firmware as it left the factory
    "12345678-1234-5678-90ab-cddeefaabbcc",
    "fefefefe-fefe-fefe-fefe-fefefefefefe",
}
_UNUSABLE = re.compile(r"([0f])\1*")


@dataclass(frozen=True, slots=True)
class KnownHost:
    """A host that shares a claim; `alive`: its credential is valid and was used lately."""

    host: str
    claims: Claims
    alive: bool


@dataclass(frozen=True, slots=True)
class Double:
    """A living host that says it is the same as the one that enrols; both keep reporting, people must settle it."""

    host: str
    reason: str


@dataclass(frozen=True, slots=True)
class Identified:
    """The decision with its reasons; `host` is the known one where the decision is `same`."""

    decision: Decision
    reasons: tuple[str, ...]
    host: str | None = None
    doubles: tuple[Double, ...] = ()


def identify(claims: Claims, known: Sequence[KnownHost], *, proven: str | None = None) -> Identified:
    """Decide which host enrols; `proven` is the host whose living credential the enrolment came with.

    No claim is believed alone: an image carries its machine-id to every copy, hypervisors and containers repeat DMI
    UUIDs.
    """
    if proven is not None:
        return Identified("same", ("it came with the host's own credential",), proven)
    shared = [(host, _agreement(claims, host.claims)) for host in known]
    matches = [(host, reasons) for host, reasons in shared if reasons]
    doubles = tuple(
        Double(host.host, f"{_list(reasons)}, and the other still reports") for host, reasons in matches if host.alive
    )
    quiet = [(host, reasons) for host, reasons in matches if not host.alive and _suffices(reasons)]
    if doubles:
        return Identified("new", tuple(double.reason for double in doubles), doubles=doubles)
    if len(quiet) == 1:
        host, reasons = quiet[0]
        return Identified("same", (*reasons, "the host had gone silent"), host.host)
    if quiet:
        return Identified("new", (f"{len(quiet)} silent hosts claim to be this one: which it is cannot be told",))
    return Identified("new", _why_new(matches))


def normal_uuid(text: str | None) -> str | None:
    """A DMI UUID in lower case; None where it is one that many machines have."""
    value = (text or "").strip().lower()
    if (
        not value
        or value in _NOT_UNIQUE
        or _UNUSABLE.fullmatch(value.replace("-", ""))
        or not re.search("[0-9]", value)
    ):
        return None
    return value


def _agreement(claims: Claims, other: Claims) -> tuple[str, ...]:
    """In what the two agree, in the order of weight."""
    same_uuid = normal_uuid(claims.dmi_uuid) is not None and normal_uuid(claims.dmi_uuid) == normal_uuid(other.dmi_uuid)
    found = {
        "same machine-id": claims.machine_id is not None and claims.machine_id == other.machine_id,
        "same DMI UUID": same_uuid,
        "same SSH host key": bool(set(claims.ssh_host_keys) & set(other.ssh_host_keys)),
        "same network card": bool(set(claims.macs) & set(other.macs)),
    }
    return tuple(reason for reason, agrees in found.items() if agrees)


def _suffices(reasons: tuple[str, ...]) -> bool:
    """The same machine (its hardware agrees) and something else of it; the installation alone may be a copy."""
    return "same DMI UUID" in reasons and len(reasons) > 1


def _why_new(matches: list[tuple[KnownHost, tuple[str, ...]]]) -> tuple[str, ...]:
    if not matches:
        return ("nothing it claims is known",)
    return tuple(f"{_list(reasons)} as silent host {host.host}, which is not enough" for host, reasons in matches)


def _list(reasons: tuple[str, ...]) -> str:
    return " and ".join(reasons)
