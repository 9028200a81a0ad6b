"""A configured value with its provenance."""

from typing import NamedTuple

from rongdun_contract.documents import Source


class Setting(NamedTuple):
    """A value and where it stands; `overrides` are the places that said something too and lost."""

    value: str
    where: str
    overrides: tuple[str, ...] = ()

    def over(self, loser: "Setting | None") -> "Setting":
        """The same setting, remembering the one that it wins against."""
        return self if loser is None else self._replace(overrides=(*loser.overrides, loser.where, *self.overrides))

    @property
    def source(self) -> Source:
        """The provenance in the words of the contract."""
        return Source(where=self.where, overrides=self.overrides)
