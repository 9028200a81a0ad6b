"""What a probe hands over."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from rongdun_contract.documents import Source
from rongdun_contract.facts import FactModel


class Probed(NamedTuple):
    """A section's facts, and where they came from by concrete fact path (`users[3].password`, `""` for all)."""

    facts: FactModel
    sources: Mapping[str, Source] = MappingProxyType({})
