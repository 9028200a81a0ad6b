"""What agent and collector say to each other: one frozen model per request and answer, schema 1.

    POST /v1/enroll     Enrolment -> Enrolled           once per host; repeating it with the same nonce is harmless
    GET  /v1/ca         -> PEM of the certificate authority, compared with the token's pin before anything is trusted
    POST /v1/checkin    CheckIn -> Answer               the usual request, and the only one while nothing changes
    POST /v1/documents  pack_documents(...) -> Stored   `Content-Encoding: deflate`; what an answer called missing
    POST /v1/volatile   Volatile -> Stored              `Content-Encoding: deflate`; slower cadence, the latest wins

All but the first two carry `Authorization: Bearer HOST.SECRET`. A refusal is a `Problem` (RFC 9457):

    401            the credential is not, or no longer, known: enrol again
    409 (checkin)  another copy of this agent, or a later life of it, has used these sequence numbers: make a new epoch
                   and send what is pending again
    413, 415, 422  the request can never be accepted as it is
    429, 503       busy: try again after `Retry-After` seconds
    else, or none  try again: everything is idempotent
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from rongdun_contract.reasons import Reason

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SectionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of readable text; what is not there is left out, never an empty string."""
LongLine = Annotated[str, StringConstraints(min_length=1, max_length=1024, pattern=r"^[^\x00-\x1f\x7f]*$")]
Nonce = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16,64}$")]
Sequence = Annotated[int, Field(ge=1, lt=2**62)]
Size = Annotated[int, Field(ge=0, lt=2**62)]
Seconds = Annotated[float, Field(ge=0, le=10**9, allow_inf_nan=False)]
Moment = Annotated[AwareDatetime, Field(ge=datetime(1970, 1, 1, tzinfo=UTC), lt=datetime(9000, 1, 1, tzinfo=UTC))]
"""What a clock can show, far from the ends of the calendar: a span or a zone can be added without leaving it."""


class WireModel(BaseModel):
    """Base of everything on the wire."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True, serialize_by_alias=True, validate_by_name=True
    )

    def to_json(self) -> bytes:
        """The bytes to send: defaults left out, because a check-in is counted in bytes."""
        return self.model_dump_json(exclude_defaults=True).encode()


class Claims(WireModel):
    """By what a host says it can be recognised; each may be missing, and none is believed alone."""

    hostname: Line
    agent: Line
    machine_id: Line | None = None
    dmi_uuid: Line | None = None
    serial: Line | None = None
    ssh_host_keys: Annotated[tuple[Line, ...], Field(max_length=16)] = ()
    macs: Annotated[tuple[Line, ...], Field(max_length=64)] = ()


class Enrolment(WireModel):
    """`token` is the secret of the enrolment token; `nonce` is random and kept until the answer is safely on disk.

    `previous` is the credential that the agent held here before, if any: it proves which host this is.
    """

    token: Line
    nonce: Nonce
    claims: Claims
    previous: Line | None = None


class Enrolled(WireModel):
    """`credential` is `HOST.SECRET`, said once and stored by the collector as a hash only."""

    host: Line
    credential: Line
    interval_s: Annotated[int, Field(ge=1)]


class Present(WireModel):
    """A section of a manifest by its two digests."""

    schema_number: Annotated[int, Field(ge=1, lt=2**31, alias="schema")]
    facts: Digest
    sources: Digest


class Missing(WireModel):
    """A section that could not be read, and why."""

    unavailable: Reason


WireManifest = Annotated[dict[SectionName, Present | Missing], Field(max_length=256)]
"""The same JSON as `documents.manifest` gives; the root digest is that of its canonical bytes."""


class ProbeHealth(WireModel):
    """How one probe fared in the last cycle."""

    seconds: Seconds
    error: LongLine | None = None


class Health(WireModel):
    """How the agent fares; `probes` travels when an error came or went and with a manifest, absent means as before.

    `waited_s` is for how long this cycle was held back because the host was under pressure.
    """

    agent: Line
    cycle_s: Seconds = 0
    cpu_s: Seconds = 0
    waited_s: Seconds = 0
    peak_bytes: Size = 0
    spooled: Size = 0
    spool_bytes: Size = 0
    probes: Annotated[dict[SectionName, ProbeHealth] | None, Field(max_length=256)] = None


class Gap(WireModel):
    """States `first` to `last` were merged away on the host because its spool was full: `merged` of them."""

    first: Sequence
    last: Sequence
    merged: Sequence


class DrillWatch(WireModel):
    """The host watches for this drill; `reference` is the root digest of the state that it pinned to compare with."""

    id: Line
    reference: Digest


class CheckIn(WireModel):
    """One state of a host: seen first at `taken_at`, still so at `confirmed_until` (absent: the same moment).

    `epoch` is random and made together with the spool that counts `sequence`; states are sent in order, one at a time.
    `read_at` names sections that were read at another time than the state (the walk). `drill` is there while the host
    watches for one; such a host repeats its check-in every `period_s`, which says that all watched sections were looked
    at again and are as they were.
    """

    schema_number: Annotated[Literal[1], Field(alias="schema")]
    epoch: Nonce
    sequence: Sequence
    taken_at: Moment
    confirmed_until: Moment | None = None
    root: Digest
    health: Health
    gap: Gap | None = None
    read_at: Annotated[dict[SectionName, Moment], Field(max_length=256)] = {}
    manifest: WireManifest | None = None
    drill: DrillWatch | None = None


class PackReference(WireModel):
    """A pack of rules that the collector judges with."""

    id: Line
    version: Line
    digest: Digest


class DrillOrder(WireModel):
    """Pin a reference, then watch these sections closely until then and check in every `period_s`.

    The host's own configuration bounds it. The first answer without an order ends it.
    """

    id: Line
    until: Moment
    sections: tuple[SectionName, ...] = ()
    period_s: Seconds


class Answer(WireModel):
    """The collector's answer to a check-in, and all that it may ever ask of a host.

    Exactly one of the first three is there: `acknowledged` (durable up to this sequence), `need` (repeat the check-in
    with its manifest), `missing` (send these documents, then repeat it, manifest included).
    """

    acknowledged: Sequence | None = None
    need: Literal["manifest"] | None = None
    missing: tuple[Digest, ...] = ()
    interval_s: Annotated[int | None, Field(ge=1)] = None
    packs: tuple[PackReference, ...] = ()
    drill: DrillOrder | None = None
    resend: tuple[SectionName, ...] = ()


class VolatileSection(WireModel):
    """A volatile section as it was at `taken_at`: both documents as plain JSON data."""

    schema_number: Annotated[int, Field(ge=1, lt=2**31, alias="schema")]
    taken_at: Moment
    facts: dict[str, Any]
    sources: dict[str, Any] = {}


class Volatile(WireModel):
    """What changes by itself: the collector keeps the latest of each section."""

    schema_number: Annotated[Literal[1], Field(alias="schema")]
    taken_at: Moment
    sections: Annotated[dict[SectionName, VolatileSection | Missing], Field(max_length=256)]


class Stored(WireModel):
    """How many documents or sections of the request are durable now."""

    stored: Annotated[int, Field(ge=0)]


class Problem(BaseModel):
    """A refusal in words (RFC 9457): what was wrong, and what to do about it."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    type: str
    title: str
    status: int
    detail: str
    remedy: str | None = None


def pack_documents(documents: Mapping[str, bytes]) -> bytes:
    """One line per document: its digest, a space, its canonical bytes (canonical JSON has no line break)."""
    return b"".join(b"%s %s\n" % (digest.encode(), data) for digest, data in documents.items())


def unpack_documents(body: bytes) -> dict[str, bytes]:
    """The reverse of `pack_documents`, digests not verified; ValueError where a line is not `DIGEST DOCUMENT`."""
    documents = {}
    for number, line in enumerate(body.removesuffix(b"\n").split(b"\n"), 1):
        name, space, data = line.partition(b" ")
        if not space or len(name) != 64 or name.translate(None, b"0123456789abcdef"):  # noqa: PLR2004 - SHA-256 in hex
            message = f"line {number}: want a SHA-256 digest, a space and a document"
            raise ValueError(message)
        documents[name.decode()] = data
    return documents
