"""Mounted file systems and what fstab(5) will mount."""

from rongdun_contract.facts.model import FactModel, Maybe


class Mount(FactModel):
    """A mount point; pseudo file systems, containers' layers and what sessions and services mount are left out."""

    target: str
    live: Maybe[bool] = False
    live_type: str | None = None
    live_options: tuple[str, ...] = ()
    """Those of the mount, then those of its file system; `ro` where either says so."""
    in_fstab: bool = False
    fstab_type: str | None = None
    fstab_options: tuple[str, ...] = ()
    """As listed; the values of passwords and secrets are left out."""
    network: bool = False
    encrypted: Maybe[bool | None] = None
    """On a dm-crypt device, directly or below volumes; absent where no block device is."""


class Mounts(FactModel):
    """By target; of mounts upon mounts the visible one. In a tree each point's `live` is unknown."""

    live_known: Maybe[bool] = True
    points: Maybe[dict[str, Mount]] = {}
    swap: Maybe[tuple[str, ...]] = ()
    swap_encrypted: Maybe[bool | None] = None
    """All of it is on dm-crypt or stays in memory (zram); absent without swap."""
