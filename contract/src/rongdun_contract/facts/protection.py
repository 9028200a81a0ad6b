"""Security software that is there: anti-malware, host intrusion detection, file integrity, backup."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe

Purpose = Literal["anti-malware", "host-ids", "file-integrity", "backup", "remote-help", "attack-tool", "compiler"]


class Product(FactModel):
    """A product recognised by package, program or path, once for each of its purposes.

    `running` and `enabled` are absent where it is no daemon, `scheduled` where nobody has to run it regularly.
    """

    name: str
    purpose: Purpose
    version: str | None = None
    running: Maybe[bool | None] = None
    enabled: Maybe[bool | None] = None
    data_updated_on: Maybe[str | None] = None
    """Date (UTC) on which its signatures or its database were built; unknown where only its own console tells."""
    scheduled: Maybe[bool | None] = None


class Protection(FactModel):
    """Products sorted by purpose and name."""

    products: Maybe[tuple[Product, ...]] = ()
