"""Run probes one by one, each isolated and timed: a broken one is data, never silence."""

import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from rongdun_agent.guesses.asked import Asked
from rongdun_agent.host import Host, NotLive, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.probes import PROBES
from rongdun_contract.documents import Section, Survey, Unavailable, seal
from rongdun_contract.facts import SECTIONS

PROBE_BUDGET_S = 10.0
WALK_BUDGET_S = 900.0
WALK = "walk"
WEAK_PASSWORDS = "weak_passwords"


class ProbeStatus(NamedTuple):
    """How a probe went: `error` says why its section is unavailable."""

    name: str
    seconds: float
    error: str | None


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def survey(  # noqa: PLR0913 - what to read, from where, with what
    host: Host,
    probes: Mapping[str, Callable[[Host], Probed]] = PROBES,
    sections: Collection[str] | None = None,
    *,
    walk: bool = False,
    guess: Asked | None = None,
    clock: Callable[[], datetime] = _now,
    budget_s: float = PROBE_BUDGET_S,
) -> tuple[Survey, tuple[ProbeStatus, ...]]:
    """Read the named sections, or all that there are probes for.

    A live file system is walked only when `walk` says so, a tree always; passwords are tried only as `guess` says.
    `clock` dates what changes by itself. A probe that asks the host anything after `budget_s` is ended with
    `TookTooLong` (the walk after WALK_BUDGET_S).
    """
    found: dict[str, Section | Unavailable] = {}
    statuses: list[ProbeStatus] = []
    for name in SECTIONS if sections is None else sorted(sections):
        if name not in probes:
            continue
        if why := _why_not(host, name, walk=walk, guess=guess):
            found[name] = Unavailable("not probed", why)
            continue
        began = time.perf_counter()
        probe: Callable[..., Probed] = probes[name]
        bound_s = WALK_BUDGET_S if name == WALK else budget_s
        if name == WEAK_PASSWORDS and guess is not None:
            probe, bound_s = partial(probe, asked=guess), budget_s + guess.seconds
        part = _read(host, name, probe, clock, bound_s)
        error = part.detail if isinstance(part, Unavailable) else None
        found[name] = part
        statuses.append(ProbeStatus(name, time.perf_counter() - began, error))
    return found, tuple(statuses)


def _why_not(host: Host, name: str, *, walk: bool, guess: Asked | None) -> str | None:
    """Why a section is not read, if nobody asked for what it costs."""
    if name == WALK and host.live and not walk:
        return "the file system was not walked"
    return "nobody asked for passwords to be tried" if name == WEAK_PASSWORDS and guess is None else None


def _read(
    host: Host, name: str, probe: Callable[[Host], Probed], clock: Callable[[], datetime], budget_s: float
) -> Section | Unavailable:
    try:
        with host.budget(budget_s):
            probed = probe(host)
        dated = SECTIONS[name].volatile or name in {WALK, WEAK_PASSWORDS}
        return seal(name, probed.facts, probed.sources, taken_at=clock() if dated else None)
    except Refused as refused:
        return Unavailable("no permission", str(refused))
    except NotLive as not_live:
        return Unavailable("not a live host", str(not_live))
    except Exception as error:  # noqa: BLE001 - one probe's fault is data, and the others go on
        return Unavailable("error", f"{type(error).__name__}: {error}")
