"""GET /drills/ID/objects/ID: one object, when what happened to it, and why it got its points."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Connection

from rongdun_collector.console.drill import DrillHead, read_drill
from rongdun_collector.console.fact_rows import Difference, differences
from rongdun_collector.console.page import PagesDep
from rongdun_collector.drill import clocks
from rongdun_collector.drill.evidence import Evidence, read_evidence
from rongdun_collector.drill.explain import explain
from rongdun_collector.drill.figures import object_state
from rongdun_collector.drill.records import SignalObject
from rongdun_collector.problems import not_found
from rongdun_collector.services import ServicesDep
from rongdun_collector.store import drill_episodes

router = APIRouter()
SHOWN = 40
"""Differences from the reference on the page."""

Happened = Literal["began", "seen", "received", "taken", "missing", "gone", "back", "marked"]
HAPPENED: Mapping[Happened, tuple[str, str]] = MappingProxyType(
    {
        "began": ("攻击动作开始（登记的时间）", "the stimulus began (as registered)"),
        "seen": ("代理看到（主机时钟）", "the agent saw it (its clock)"),
        "received": ("收集器收到", "the collector received it"),
        "taken": ("有人确认", "somebody took it in hand"),
        "missing": ("首次快照中已不存在", "a first look was without it"),
        "gone": ("连续第二次快照确认已消除", "a second look in a row was without it"),
        "back": ("再次出现，重新打开", "it was back: opened anew"),
        "marked": ("标记为误报", "marked as a false alarm"),
    }
)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to an object; `by` whom, where a person did it."""

    at: datetime
    what: Happened
    by: str | None = None
    reason: str | None = None


@router.get("/drills/{drill}/objects/{name}", response_class=HTMLResponse)
def get_drill_object(request: Request, drill: str, name: str, services: ServicesDep, pages: PagesDep) -> HTMLResponse:
    """Show an object: its clocks, its points step by step, its evidence against the reference."""
    with services.store.read() as connection:
        head = read_drill(connection, services, drill)
        one = known_object(head, name)
        rule = head.rules.get(one.signal)
        host = head.hosts.get(one.host)
        reference = host.reference if host else None
        evidence = Evidence(None, ()) if rule is None else read_evidence(connection, head.drill, one, rule, reference)
        moments = _moments(connection, head, one)
    line = head.points[one.id]
    return pages.render(
        request,
        "drill_object.html",
        head=head,
        tab="object",
        one=one,
        state=object_state(one),
        rule=rule,
        host=host,
        line=line,
        steps=explain(line),
        moments=moments,
        happened=HAPPENED,
        finding=evidence.finding,
        changes=_changes(evidence, one),
        shown=SHOWN,
    )


def known_object(head: DrillHead, name: str) -> SignalObject:
    """The object of this id; RefusedError (404) where the drill has none, or had none when it was frozen."""
    found = next((one for one in head.view.objects if one.id == name), None)
    if found is None:
        raise not_found(f"there is no object {name!r} in this drill", f"See /drills/{head.drill.id}.")
    return found


def _moments(connection: Connection, head: DrillHead, one: SignalObject) -> list[Moment]:
    found = [Moment(one.seen_at, "seen"), Moment(one.detected_at, "received")]
    if one.t0_from == "stimulus":
        found.append(Moment(one.t0, "began"))
    if one.acknowledged_at is not None:
        found.append(Moment(one.acknowledged_at, "taken", one.acknowledged_by))
    found += [Moment(mark.at, "marked", mark.by, mark.reason) for mark in head.view.marks if mark.object == one.id]
    return sorted([*found, *_absences(connection, head, one)], key=lambda moment: moment.at)


def _absences(connection: Connection, head: DrillHead, one: SignalObject) -> list[Moment]:
    """When it went, and when it came back."""
    as_of = head.view.as_of
    known = (
        clocks.stood(episode, as_of)
        for _, episode in drill_episodes.episodes(connection, head.drill.id, as_of, one.host)
        if (episode.named.signal, episode.named.key) == (one.signal, one.key)
    )
    episodes = [episode for episode in known if episode is not None]
    same = [found for found in clocks.occurrences(one.host, episodes) if found.detected_at == one.detected_at]
    moments: list[Moment] = []
    for number, episode in enumerate(same[0].episodes if same else ()):
        moments += [Moment(episode.appeared_at, "back")] if number else []
        moments += [Moment(episode.missing_at, "missing")] if episode.missing_at else []
        moments += [Moment(episode.gone_at, "gone")] if episode.gone_at else []
    return moments


def _changes(evidence: Evidence, one: SignalObject) -> list[tuple[str, Difference]]:
    """What is other than in the reference, what bears the object's name first."""
    found = [(pair.name, change) for pair in evidence.sections for change in differences(pair.before, pair.after)]
    words = set(one.key.split())

    def strangeness(entry: tuple[str, Difference]) -> int:
        text = f"{entry[1].path} {entry[1].after}"
        return -sum(word in text for word in words)

    return sorted(found, key=strangeness)
