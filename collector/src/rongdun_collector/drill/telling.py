"""What each signal of a pack says of a state against its reference; told once for all hosts with the same facts."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from rongdun_collector.drill.folding import NAMELESS, Told
from rongdun_contract.documents import Section, Survey, Unavailable, digest
from rongdun_contract.evaluate import evaluate, is_partial
from rongdun_contract.evaluate.evidence import MAX_ATOMS
from rongdun_contract.findings import Finding
from rongdun_contract.reasons import REASONS
from rongdun_contract.rules.rule import Pack

KEPT_TOLD = 20_000
DECODED_BYTES = 32 * 2**20
LEVEL = 3
"""Signals do not depend on the level of protection; a rule that asks for one is told this."""

LONGEST_KEY = 2000
_UNFIT = MappingProxyType({"\x00": "\\x00"})

Entries = Mapping[str, Mapping[str, Any]]
"""A manifest: by section its schema and digests, or why there is none."""
LoadFacts = Callable[[Collection[str]], Mapping[str, tuple[Mapping[str, Any], int]]]
"""Decoded documents by digest, each with its size in bytes."""


class Teller:
    """Judges states with packs of kind drill; what it remembers is bounded. For one thread at a time."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[object, ...], Mapping[str, Told]] = OrderedDict()
        self._decoded: OrderedDict[str, tuple[Mapping[str, Any], int]] = OrderedDict()
        self._decoded_bytes = 0

    def tell(self, pack: Pack, state: Entries, reference: Entries, at: datetime, load: LoadFacts) -> Mapping[str, Told]:
        """What each signal says; `at` is the same for all of a drill, so that whoever asks is told the same."""
        parts = tuple(_part(entries.get(name)) for entries in (state, reference) for name in sorted(pack.needs))
        key = (pack.id, pack.version, tuple(rule.digest for rule in pack.stable), at, parts)
        told = self._told.get(key)
        if told is None:
            told = self._told[key] = self._evaluated(pack, state, reference, at, load)
        self._told.move_to_end(key)
        while len(self._told) > KEPT_TOLD:
            self._told.popitem(last=False)
        return told

    def _evaluated(
        self, pack: Pack, state: Entries, reference: Entries, at: datetime, load: LoadFacts
    ) -> Mapping[str, Told]:
        now, before = self._survey(pack, state, load), self._survey(pack, reference, load)
        findings = evaluate(pack.stable, now, now=at, level=LEVEL, reference=before)
        partial = {
            finding.rule
            for finding in findings
            if finding.verdict == "fail"
            and is_partial(pack.by_id[finding.rule], now, now=at, level=LEVEL, reference=before)
        }
        while self._decoded_bytes > DECODED_BYTES:
            self._decoded_bytes -= self._decoded.popitem(last=False)[1][1]
        return {finding.rule: told_by(finding, partial=finding.rule in partial) for finding in findings}

    def _survey(self, pack: Pack, entries: Entries, load: LoadFacts) -> Survey:
        used = {name: entries[name] for name in pack.needs if name in entries}
        wanted = {entry["facts"] for entry in used.values() if "facts" in entry} - self._decoded.keys()
        for name, decoded in (load(wanted) if wanted else {}).items():
            self._decoded[name] = decoded
            self._decoded_bytes += decoded[1]
        return {name: self._section(entry) for name, entry in used.items()}

    def _section(self, entry: Mapping[str, Any]) -> Section | Unavailable:
        if "facts" not in entry:
            return Unavailable(next((one for one in REASONS if one == entry.get("unavailable")), "error"))
        decoded = self._decoded.get(entry["facts"])
        if decoded is None:
            return Unavailable("error", "the document is not there")
        self._decoded.move_to_end(entry["facts"])
        return Section(entry["schema"], decoded[0], {}, entry["facts"], "")


def told_by(finding: Finding, *, partial: bool = False) -> Told:
    """A finding as clocks need it: what could not be told is neither there nor gone.

    `partial`: that is so for some of what the rule looked at, although it found fault with the rest.
    """
    if finding.verdict == "unknown":
        return Told(unknown=finding.reason or "undecided")
    if finding.verdict != "fail":
        return Told()
    keys = frozenset(stored_key(named.key) for named in finding.objects) or frozenset({NAMELESS})
    return Told(keys, unknown="undecided" if partial else None, cut_short=_cut_short(finding))


def stored_key(key: str) -> str:
    r"""A key that every database takes: what no text holds is written `\xNN`, what is too long ends in its digest."""
    plain = "".join(_UNFIT.get(character, character) for character in key) or NAMELESS
    plain = plain.encode(errors="backslashreplace").decode()
    return plain if len(plain) <= LONGEST_KEY else f"{plain[: LONGEST_KEY - 17]}…{digest(plain.encode())[:16]}"


def _cut_short(finding: Finding) -> bool:
    """Whether `evaluate` stopped to look for reasons: it says so in the last row of the evidence."""
    last = finding.evidence[-1] if finding.evidence else None
    return len(finding.objects) >= MAX_ATOMS or (last is not None and last.what == "…" and "at least" in last.found)


def _part(entry: Mapping[str, Any] | None) -> tuple[object, ...]:
    return () if entry is None else (entry.get("schema"), entry.get("facts"), entry.get("unavailable"))
