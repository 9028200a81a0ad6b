"""Content-addressed documents: canonical JSON, digests, the two documents of a section, manifest and root digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from rongdun_contract.facts import SECTIONS
from rongdun_contract.reasons import Reason


class Source(BaseModel):
    """Where a fact came from: `where` is `path:line` (or a path, or words such as `default of OpenSSH 9.2p1`).

    `overrides` lists the places that said something else, or the same, and lost.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    where: str
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A section as two documents: `facts` and `sources` are plain JSON data, the digests name their canonical bytes.

    `sources` maps a concrete fact path inside the section (`users[3]`, `parameters["a.b"].at_boot`, `""` for all of it)
    to a `Source`. `taken_at` is when a volatile section or a walk was read; it is in no digest.
    """

    schema: int
    facts: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, Any]]
    facts_digest: str
    sources_digest: str
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A section that could not be read; `detail` is for the agent's health and never part of the manifest."""

    reason: Reason
    detail: str = ""


Survey = Mapping[str, Section | Unavailable]
Manifest = dict[str, dict[str, Any]]
"""`{section: {schema, facts: sha256, sources: sha256} | {unavailable: reason}}`, stable sections only."""


def canonical_json(value: object) -> bytes:
    r"""Sorted keys, no spaces, UTF-8; text that is no UTF-8 (lone surrogates) is escaped as `\xNN` or `\uNNNN`."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _without_surrogates(text).encode()


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal, of the bytes exactly as they are sent and stored."""
    return hashlib.sha256(data).hexdigest()


def seal(name: str, model: BaseModel, sources: Mapping[str, Source], *, taken_at: datetime | None = None) -> Section:
    """Turn a section's validated model and its sources into the two documents, absent facts left out."""
    return section_of(
        SECTIONS[name].schema,
        model.model_dump(mode="json", exclude_none=True),
        {path: source.model_dump(mode="json", exclude_defaults=True) for path, source in sources.items()},
        taken_at=taken_at,
    )


def section_of(
    schema: int, facts: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]], *, taken_at: datetime | None = None
) -> Section:
    """A section from plain JSON data, as decoded from stored documents or written in a rule's cases."""
    return Section(
        schema, facts, sources, digest(canonical_json(facts)), digest(canonical_json(sources)), taken_at=taken_at
    )


def manifest(survey: Survey) -> Manifest:
    """What the stable sections of a survey are, by digest or by the reason for their absence."""
    return {name: _entry(part) for name, part in sorted(survey.items()) if not SECTIONS[name].volatile}


def root_digest(of: Manifest) -> str:
    """The digest that stands for all stable facts of a host at once."""
    return digest(canonical_json(of))


def _entry(part: Section | Unavailable) -> dict[str, Any]:
    if isinstance(part, Unavailable):
        return {"unavailable": part.reason}
    return {"schema": part.schema, "facts": part.facts_digest, "sources": part.sources_digest}


def _without_surrogates(text: str) -> str:
    r"""Bytes that Python smuggled in as U+DC80..U+DCFF become `\\xNN`; any other lone surrogate becomes `\\uNNNN`."""
    return "".join(_escaped(c) if "\ud800" <= c <= "\udfff" else c for c in text)


def _escaped(surrogate: str) -> str:
    code = ord(surrogate)
    # a backslash inside JSON text has to be escaped itself
    return f"\\\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\\\u{code:04x}"  # noqa: PLR2004 - PEP 383's range
