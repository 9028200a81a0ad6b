"""The rules in force: packs, the control framework, and one digest that stands for all of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path

from rongdun_collector.errors import CollectorError
from rongdun_collector.signed_packs import Trust, admit
from rongdun_contract.controls import Framework, build_controls, load_compiled_controls, load_controls
from rongdun_contract.documents import canonical_json, digest
from rongdun_contract.rules.compiled import load_compiled
from rongdun_contract.rules.overlay import NO_OVERLAY, Overlay
from rongdun_contract.rules.overlay_file import load_overlay
from rongdun_contract.rules.pack import load_pack
from rongdun_contract.rules.problems import PackError
from rongdun_contract.rules.rule import Pack, Rule

CONTENT = "rongdun_collector.content"
PACK = "linux-baseline.json"
CONTROLS = "gbt22239-2019.json"


@dataclass(frozen=True)
class Ruleset:
    """What every host is judged with; hosts that were judged with another `digest` are judged again."""

    packs: tuple[Pack, ...]
    framework: Framework
    overlay: Overlay = NO_OVERLAY

    def __post_init__(self) -> None:
        rules = tuple(rule for pack in self.packs for rule in pack.stable)
        digests = [[rule.id, rule.digest] for rule in rules]
        parts = digests, build_controls(self.framework).decode(), self.overlay.document
        # A frozen value that knows its own derived parts; nothing else ever sets them.
        object.__setattr__(self, "rules", rules)
        object.__setattr__(self, "by_id", {rule.id: rule for rule in rules})
        object.__setattr__(self, "sections", frozenset(name for rule in rules for name in rule.sections))
        object.__setattr__(self, "digest", digest(canonical_json(parts)))

    rules: tuple[Rule, ...] = field(init=False)
    by_id: dict[str, Rule] = field(init=False)
    sections: frozenset[str] = field(init=False)
    digest: str = field(init=False)


def load_ruleset(
    packs: Iterable[Path], controls: Path | None, overlay: Path | None = None, trust: Trust | None = None
) -> Ruleset:
    """The packs and the framework named, or those that come along; CollectorError with all that is wrong.

    `trust` says which packs may be used; without it only unsigned ones are read.
    """
    try:
        loaded = tuple(_pack(path, trust) for path in packs) or (_embedded_pack(),)
        framework = _embedded_framework() if controls is None else _framework(controls)
    except PackError as error:
        raise CollectorError("rules", str(error), "mend them, or name others with --packs and --controls") from error
    _refuse_doubles(loaded)
    return Ruleset(loaded, framework, NO_OVERLAY if overlay is None else _overlay(overlay, loaded))


def _overlay(path: Path, packs: tuple[Pack, ...]) -> Overlay:
    try:
        return load_overlay(path, packs)
    except PackError as error:
        raise CollectorError("overlay", str(error), "mend it, or leave --overlay out") from error


def _pack(path: Path, trust: Trust | None) -> Pack:
    if trust is not None:
        return admit(path, trust)
    return load_pack(path) if path.is_dir() else load_compiled(path)


def _framework(path: Path) -> Framework:
    return load_compiled_controls(path) if path.suffix == ".json" else load_controls(path)


def _embedded_pack() -> Pack:
    with as_file(files(CONTENT) / PACK) as path:
        return load_compiled(path)


def _embedded_framework() -> Framework:
    with as_file(files(CONTENT) / CONTROLS) as path:
        return load_compiled_controls(path)


def _refuse_doubles(packs: tuple[Pack, ...]) -> None:
    seen: dict[str, str] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.id in seen:
                what = f"rule {rule.id} is in {seen[rule.id]} and in {pack.id}"
                raise CollectorError("rules", what, "name only one of these packs")
            seen[rule.id] = pack.id
