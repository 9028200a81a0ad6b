"""The packs that a drill can be opened with: those named to the collector, else those that come along."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from rongdun_collector.errors import CollectorError
from rongdun_contract.documents import digest
from rongdun_contract.rules.compiled import build_pack, load_compiled
from rongdun_contract.rules.pack import load_pack
from rongdun_contract.rules.problems import PackError
from rongdun_contract.rules.rule import Pack

CARRIED = ("drill-host.json",)
REMEDY = "mend it, or name another with --drill-packs"


@dataclass(frozen=True, slots=True)
class DrillPack:
    """A pack of kind drill, and the compiled form that a drill keeps: its digest names this very version."""

    pack: Pack
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the compiled form."""
        return digest(self.data)


def read_packs(paths: Iterable[Path]) -> dict[str, DrillPack]:
    """Packs by id, from these folders and compiled files, or those that come along; CollectorError for a broken one."""
    found: dict[str, DrillPack] = {}
    for path in tuple(paths) or _carried():
        one = read_pack(path)
        if one.pack.id in found:
            raise CollectorError(str(path), f"there is another pack {one.pack.id!r}", "name only one of them")
        found[one.pack.id] = one
    return found


def read_pack(path: Path) -> DrillPack:
    """A pack of kind drill with at least one signal that counts; CollectorError otherwise."""
    try:
        pack = load_pack(path) if path.is_dir() else load_compiled(path)
    except PackError as error:
        raise CollectorError("drill pack", str(error), REMEDY) from error
    if pack.kind != "drill":
        raise CollectorError(str(path), f"the pack {pack.id!r} is of kind {pack.kind}", "name one of kind drill")
    if not pack.stable:
        raise CollectorError(str(path), f"no signal of the pack {pack.id!r} is stable", REMEDY)
    return DrillPack(pack, build_pack(pack))


def _carried() -> tuple[Path, ...]:
    content = Path(str(files("rongdun_collector.content")))
    return tuple(content / name for name in CARRIED if (content / name).exists())
