"""What a probe hands over."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rongdun_contract.documents import Source
from rongdun_contract.facts import FactModel


@dataclass(frozen=True)
class Probed:
    """A section's facts, and where they came from by concrete fact path (`users[3].password`, `""` for all)."""

    facts: FactModel
    sources: Mapping[str, Source] = field(default_factory=dict)
