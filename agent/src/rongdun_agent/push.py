"""Deliver what the spool holds: in order, each state until the collector has it durably, missing documents only."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import TypeAdapter

from rongdun_agent.collector_client import Client, Rejected
from rongdun_agent.errors import AgentError
from rongdun_agent.spool import Entry, Spool
from rongdun_contract.wire import Answer, CheckIn, DrillWatch, Gap, Health, WireManifest

BATCH_BYTES = 4 * 2**20
"""Documents are sent together up to so many bytes before compression."""
_ROUNDS = 8
_MANIFEST: TypeAdapter[WireManifest] = TypeAdapter(WireManifest)
_CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many states were delivered, and the collector's last answer (None when nothing was pending)."""

    delivered: int
    answer: Answer | None


def push(spool: Spool, client: Client, health: Health, *, probes_changed: bool) -> Pushed:
    """Deliver all pending states; raises `Unreachable` or `Rejected`, with the rest kept.

    `health.probes` travels with the newest state when something changed, and with every manifest.
    """
    delivered, answer = 0, None
    left = spool.count()
    while left and (entry := spool.oldest()) is not None:
        left -= 1
        answer = _deliver(spool, client, entry, health, with_probes=probes_changed and not left)
        spool.acknowledge(entry.sequence)
        delivered += 1
    return Pushed(delivered, answer)


def _deliver(spool: Spool, client: Client, entry: Entry, health: Health, *, with_probes: bool) -> Answer:
    """Repeat the check-in with what the answers ask for, until it is acknowledged."""
    full = with_probes
    manifest = False
    for _ in range(_ROUNDS):
        request = _check_in(spool.epoch, entry, health, with_probes=full, with_manifest=manifest)
        try:
            answer = client.check_in(request)
        except Rejected as error:
            if error.status != _CONFLICT:
                raise
            spool.renew_epoch()  # another copy, or a later life of this one, used these numbers
            continue
        if answer.acknowledged is not None and answer.acknowledged >= entry.sequence:
            return answer
        for batch in _batches(spool, answer.missing):
            client.send_documents(batch)
        full = manifest = True
    raise AgentError("collector", "keeps asking for the same state again", "see the collector's log")


def _check_in(epoch: str, entry: Entry, health: Health, *, with_probes: bool, with_manifest: bool) -> CheckIn:
    gap = entry.gap
    return CheckIn(
        schema_number=1,
        epoch=epoch,
        sequence=entry.sequence,
        taken_at=entry.taken_at,
        confirmed_until=None if entry.confirmed_until == entry.taken_at else entry.confirmed_until,
        root=entry.root,
        health=health if with_probes else health.model_copy(update={"probes": None}),
        gap=None if gap is None else Gap(first=gap.first, last=gap.last, merged=gap.merged),
        read_at=dict(entry.read_at),
        manifest=_MANIFEST.validate_python(entry.manifest) if with_manifest else None,
        drill=None if entry.watch is None else DrillWatch(id=entry.watch.drill, reference=entry.watch.reference),
    )


def _batches(spool: Spool, digests: tuple[str, ...]) -> Iterator[dict[str, bytes]]:
    batch: dict[str, bytes] = {}
    size = 0
    for digest in digests:
        data = spool.document(digest)
        if data is None:
            raise AgentError("collector", f"asks for a document that no pending state has ({digest})", "report this")
        if batch and size + len(data) > BATCH_BYTES:
            yield batch
            batch, size = {}, 0
        batch[digest] = data
        size += len(data)
    if batch:
        yield batch
