"""The HTTP interface: a module per noun, each with its `router`; only the hosts' own routes are bare."""

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import APIRouter

from rongdun_collector.api import (
    changes,
    devices,
    docs,
    drill_acts,
    drill_scores,
    drills,
    enroll,
    exports,
    facts,
    findings,
    health,
    history,
    hosts,
    metrics,
    register,
    rules,
    session,
    summary,
)

ROUTERS: Mapping[str, APIRouter] = MappingProxyType(
    {
        "enroll": enroll.router,
        "hosts": hosts.router,
        "findings": findings.router,
        "facts": facts.router,
        "history": history.router,
        "register": register.router,
        "rules": rules.router,
        "summary": summary.router,
        "changes": changes.router,
        "devices": devices.router,
        "exports": exports.router,
        "drill_scores": drill_scores.router,
        "session": session.router,
        "health": health.router,
        "metrics": metrics.router,
        "drills": drills.router,
        "drill_acts": drill_acts.router,
        "docs": docs.router,
    }
)
