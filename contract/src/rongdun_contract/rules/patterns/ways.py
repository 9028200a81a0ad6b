"""In how many ways a text can be read: all inputs tried at once."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping

from rongdun_contract.rules.patterns.automaton import Positions
from rongdun_contract.rules.patterns.tree import BadPattern

MAX_WAYS = 64
MAX_STATES = 2000

State = tuple[tuple[int, int], ...]
"""Positions where reading may stand, each with the number of ways that lead there."""


def ambiguous_beginning(automaton: Positions) -> str | None:
    """The shortest text that can be read in more than MAX_WAYS ways; None where there is none."""
    letters = list(_letters(automaton))
    seen: set[State] = set()
    queue: deque[tuple[Mapping[int, int], str]] = deque([(automaton.first, "")])
    while queue:
        ahead, text = queue.popleft()
        for letter, readers in letters:
            state = tuple(sorted((position, ways) for position, ways in ahead.items() if position in readers))
            if not state or state in seen:
                continue
            if sum(ways for _, ways in state) > MAX_WAYS:
                return _shown(text + letter)
            if len(seen) >= MAX_STATES:
                raise BadPattern(
                    "the pattern is too complicated to be checked", "split it, or list the values with `in`"
                )
            seen.add(state)
            queue.append((_ahead(automaton, state), text + letter))
    return None


def _ahead(automaton: Positions, state: State) -> Mapping[int, int]:
    ahead: Counter[int] = Counter()
    for position, ways in state:
        for following, more in automaton.follow[position].items():
            ahead[following] += ways * more
    return ahead


def _letters(automaton: Positions) -> Iterator[tuple[str, frozenset[int]]]:
    """One letter for each set of positions that read the same letters; preferably one that can be printed."""
    bounds = sorted({edge for ranges in automaton.reads for low, high in ranges for edge in (low, high + 1)})
    found: dict[frozenset[int], str] = {}
    for code in sorted({*bounds, *range(0x21, 0x7F)}, key=lambda code: (not 0x20 < code < 0x7F, code)):  # noqa: PLR2004 - ASCII
        readers = frozenset(p for p, ranges in enumerate(automaton.reads) if any(a <= code <= b for a, b in ranges))
        if readers and code <= 0x10FFFF:  # noqa: PLR2004 - the last code point
            found.setdefault(readers, chr(code))
    return ((letter, readers) for readers, letter in found.items())


def _shown(text: str) -> str:
    return repr(text if len(text) <= 16 else text[:16] + "…")[1:-1]  # noqa: PLR2004 - enough to see the pattern
