"""Which rules judge, with which parameters: packs, `--rule`, `--param`."""

from collections.abc import Iterable
from pathlib import Path

import rongdun_agent.content
from rongdun_agent.errors import AgentError
from rongdun_contract.controls import Framework, load_compiled_controls
from rongdun_contract.rules import Pack, Rule, load_compiled, load_pack
from rongdun_contract.rules.overlay import NO_OVERLAY, Overlay
from rongdun_contract.rules.overrides import Overrides, accept_params, read_overrides
from rongdun_contract.rules.problems import nearest

CONTENT = Path(rongdun_agent.content.__file__).parent
BASELINE = CONTENT / "linux-baseline.json"
CONTROLS = CONTENT / "gbt22239-2019.json"
_BUILD = "run `make content` in the source tree, or name a pack with --pack"


def choose_packs(named: Iterable[str]) -> tuple[Pack, ...]:
    """The packs in directories or built files, the embedded baseline where none is named; no rule may be in two."""
    places = [Path(name) for name in named]
    packs = tuple(map(_pack, places)) if places else (_embedded_pack(),)
    seen: dict[str, str] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.id in seen:
                remedy = "name packs that have no rule in common"
                raise AgentError(rule.id, f"is in the packs {seen[rule.id]} and {pack.id}", remedy)
            seen[rule.id] = pack.id
    return packs


def choose_rules(packs: Iterable[Pack], named: Iterable[str]) -> tuple[Rule, ...]:
    """The stable rules of all packs, or exactly those that are named, whatever their status."""
    packs, named = tuple(packs), tuple(dict.fromkeys(named))
    if not named:
        return tuple(rule for pack in packs for rule in pack.stable)
    known = {rule.id: rule for pack in packs for rule in pack.rules}
    for name in named:
        if name not in known:
            raise AgentError(name, "there is no such rule", nearest(name, known))
    return tuple(known[name] for name in named)


def choose_params(packs: Iterable[Pack], settings: Iterable[str]) -> Overrides:
    """Parameters from `RULE.NAME=VALUE`, each of its declared type; raises PackError."""
    packs = tuple(packs)
    return accept_params(packs, read_overrides(packs, settings))


def choose_overlay(packs: Iterable[Pack], place: Path | None) -> Overlay:
    """An organisation's overlay, or none; raises PackError with all that is wrong with it."""
    if place is None:
        return NO_OVERLAY
    from rongdun_contract.rules.overlay_file import load_overlay  # noqa: PLC0415 - YAML is slow, and most scans have none

    if not place.is_file():
        raise AgentError(str(place), "is no file", "name an overlay's YAML file")
    return load_overlay(place, packs)


def embedded_controls(level: int) -> Framework:
    """The control framework that comes with the agent, at this level."""
    if not CONTROLS.exists():
        raise AgentError(CONTROLS.name, "is not built into this agent", _BUILD)
    return load_compiled_controls(CONTROLS, level)


def _embedded_pack() -> Pack:
    if not BASELINE.exists():
        raise AgentError(BASELINE.name, "is not built into this agent", _BUILD)
    return load_compiled(BASELINE)


def _pack(place: Path) -> Pack:
    if not place.exists():
        raise AgentError(str(place), "does not exist", "name a pack's directory, or its built JSON file")
    return load_pack(place) if place.is_dir() else load_compiled(place)
