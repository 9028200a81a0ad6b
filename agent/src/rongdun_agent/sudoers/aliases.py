"""Aliases of sudoers: where they are used, their members stand in their place."""

from collections.abc import Iterable

from rongdun_agent.sudoers.entries import Alias, AliasKind, Entry, Member, Members


class Aliases:
    """Definitions of one policy, which may come after their use; `broken`: second definitions of a name."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """A name defined twice is an error; the first definition stays."""
        self._found: dict[tuple[AliasKind, str], Alias] = {}
        self.broken: list[str] = []
        for entry in entries:
            if not isinstance(entry, Alias):
                continue
            if (entry.kind, entry.name) in self._found:
                self.broken.append(entry.where)
            else:
                self._found[entry.kind, entry.name] = entry

    def expand(self, kind: AliasKind, members: Members) -> Members:
        """The members with aliases resolved; a negated alias turns its members around.

        An undefined name is taken for a user's or host's own, as sudo does; for a command it stands for nothing. So
        does an alias within itself.
        """
        return tuple(self._expanded(kind, members, negated=False, above=()))

    def _expanded(
        self, kind: AliasKind, members: Members, *, negated: bool, above: tuple[str, ...]
    ) -> Iterable[Member]:
        for member in members:
            alias = self._found.get((kind, member.name)) if member.alias else None
            if alias is None:
                if not (member.alias and kind == "Cmnd"):
                    yield Member(member.name, member.negated is not negated)
            elif member.name not in above:
                inner = (*above, member.name)
                yield from self._expanded(kind, alias.members, negated=member.negated is not negated, above=inner)


def written(members: Members) -> tuple[str, ...]:
    """Members as sudoers writes them."""
    return tuple(f"!{member.name}" if member.negated else member.name for member in members)
