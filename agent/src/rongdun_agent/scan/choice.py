"""Which rules judge, with which parameters: packs, `--rule`, `--param`."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import rongdun_agent.content
from rongdun_agent.errors import AgentError
from rongdun_agent.state import default_state
from rongdun_contract.controls import Framework, load_compiled_controls
from rongdun_contract.rules import Pack, Rule, load_compiled
from rongdun_contract.rules.overlay import NO_OVERLAY, Overlay
from rongdun_contract.rules.overrides import Overrides, accept_params, read_overrides
from rongdun_contract.rules.problems import nearest

CONTENT = Path(rongdun_agent.content.__file__).parent
BASELINE = CONTENT / "linux-baseline.json"
CONTROLS = CONTENT / "gbt22239-2019.json"
_BUILD = "run `make content` in the source tree, or name a pack with --pack"


def choose_packs(named: Iterable[str], keys: Path | None = None, state: Path | None = None) -> tuple[Pack, ...]:
    """The packs in directories or files, the embedded baseline where none is named; no rule may be in two.

    Signed files are checked with the keys in `keys`; which versions were accepted is remembered in `state`.
    """
    places = [Path(name) for name in named]
    packs = _admitted(places, keys, state) if places else (_embedded_pack(),)
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


def _admitted(places: list[Path], keys: Path | None, state: Path | None) -> tuple[Pack, ...]:
    from rongdun_agent.config import load_config  # noqa: PLC0415 - most scans name no pack
    from rongdun_agent.signing.trust import SYSTEM_KEYS, Trust, admit  # noqa: PLC0415 - the same

    required = load_config().require_signed_packs
    trust = Trust(keys or SYSTEM_KEYS, state or default_state(), required=required, now=datetime.now(UTC))
    return tuple(admit(place, trust) for place in places)
