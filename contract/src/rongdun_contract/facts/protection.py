"""Security software that is there: anti-malware, host intrusion detection, file integrity, backup."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe

Purpose = Literal["anti-malware", "host-ids", "file-integrity", "backup", "remote-help", "attack-tool", "compiler"]


class Product(FactModel):
    """A product recognised by package, unit or path; `running` is absent where it is no daemon or cannot be told."""

    name: str
    purpose: Purpose
    version: str | None = None
    running: Maybe[bool | None] = None
    enabled: Maybe[bool | None] = None
    data_updated_on: Maybe[str | None] = None
    """Date (UTC) of its signatures or database."""
    scheduled: Maybe[bool | None] = None


class Protection(FactModel):
    """Products sorted by purpose and name."""

    products: tuple[Product, ...] = ()
