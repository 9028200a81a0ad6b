"""What the service tells held against what root tells, fact by fact, but for the exceptions that the manual lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rongdun_contract.facts import SECTIONS
from tests.service.server import AGENT, BY_ROOT

MANUAL = Path(__file__).parents[2] / "docs/operations/service.md"
_TICKING = frozenset({"capacity"})
_ROW = re.compile(r"^\| `(?P<fact>[^`]+)` \| (?P<told>[^|]+) \| (?P<reason>[^|]{20,}) \|$", re.MULTILINE)
_BETWEEN = re.compile(r"<!-- exceptions -->\n(?P<table>.*?)<!-- /exceptions -->", re.DOTALL)


class Difference(NamedTuple):
    """A fact that the two tell apart."""

    fact: str
    root: Any
    service: Any


def exceptions() -> Mapping[str, str]:
    """Return the list in the manual: a fact, `*` standing for anything within one name, and its reason."""
    found = _BETWEEN.search(MANUAL.read_text())
    assert found, "the manual lists no exceptions"
    return {row["fact"]: row["reason"].strip() for row in _ROW.finditer(found["table"])}


def is_excepted(fact: str) -> bool:
    """Say whether the manual excepts a fact."""
    patterns = (
        "".join(r"[^.\[\]]*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", one))
        for one in exceptions()
    )
    return any(re.fullmatch(pattern, fact) for pattern in patterns)


def differences(root: Mapping[str, Any], sent: Mapping[str, Any]) -> Iterator[Difference]:
    """Compare every section whole, with its sources; of figures that tick, whether they are told."""
    for name in SECTIONS:
        if name not in root and name not in sent:
            continue
        whole, told = _part(root.get(name, {})), _part(sent.get(name, {}))
        if name == "services":
            whole["facts"].get("units", {}).pop(BY_ROOT, None)  # what root's own reading runs in
            whole["sources"].pop(f'units["{BY_ROOT}"]', None)
        if name in _TICKING:
            unknown = _unknown(told, name) - _unknown(whole, name)
            yield from (Difference(fact, None, "unknown") for fact in sorted(unknown))
        elif name == "processes":
            yield from _programs_apart(whole["facts"], told["facts"])
        else:
            yield from _apart(whole, told, name)


def _programs_apart(root: Mapping[str, Any], service: Mapping[str, Any]) -> Iterator[Difference]:
    """Programs that only one of them sees running, but for those that do the looking."""
    by_root, by_service = (
        {
            f"{one['name']} ({one.get('exe')}) of {one.get('user')} in {one.get('service_unit')}"
            for one in told["programs"]
            if one.get("service_unit") not in {AGENT, BY_ROOT} and one["name"] != "systemd-run"
        }
        for told in (root, service)
    )
    for program in sorted(by_root ^ by_service):
        yield Difference(f"processes.{program}", program in by_root, program in by_service)


def _part(section: Mapping[str, Any]) -> dict[str, Any]:
    return {name: section.get(name) or {} for name in ("facts", "sources", "unavailable")}


def _apart(root: Any, service: Any, fact: str) -> Iterator[Difference]:
    if root == service:
        return
    if isinstance(root, dict) and isinstance(service, dict) and "unknown" not in {**root, **service}:
        for key in sorted({*root, *service}):
            yield from _apart(root.get(key), service.get(key), _below(fact, key))
    elif isinstance(root, list) and isinstance(service, list) and len(root) == len(service):
        for at, (one, other) in enumerate(zip(root, service, strict=True)):
            yield from _apart(one, other, f"{fact}[{at}]")
    else:
        yield Difference(fact, root, service)


def _unknown(value: Any, fact: str) -> set[str]:
    if isinstance(value, dict):
        if set(value) == {"unknown"} or value.get("unavailable"):
            return {fact}
        return {one for key in value for one in _unknown(value[key], _below(fact, key))}
    if isinstance(value, list):
        return {one for at, item in enumerate(value) for one in _unknown(item, f"{fact}[{at}]")}
    return set()


def _below(fact: str, key: str) -> str:
    if key == "facts" and "." not in fact:
        return fact
    return f'{fact}["{key}"]' if "." in key or "/" in key else f"{fact}.{key}"
