"""Mounted file systems and what fstab(5) will mount."""

from rongdun_contract.facts.model import FactModel, Maybe


class Mount(FactModel):
    """A mount point; pseudo file systems and containers' layers are left out."""

    target: str
    live: bool = False
    live_type: str | None = None
    live_options: tuple[str, ...] = ()
    in_fstab: bool = False
    fstab_type: str | None = None
    fstab_options: tuple[str, ...] = ()
    network: bool = False
    encrypted: Maybe[bool | None] = None


class Mounts(FactModel):
    """By target; where no live table is there (a tree), `live` is unknown as a whole."""

    live_known: Maybe[bool] = True
    points: dict[str, Mount] = {}
    swap: Maybe[tuple[str, ...]] = ()
