"""POST /v1/documents and POST /v1/volatile, bare routes: what hosts send beside their check-ins, compressed."""

import asyncio
from collections.abc import Callable, Mapping

from pydantic import ValidationError
from pydantic_core import from_json
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from rongdun_collector.answers import invalid_wire, refusal_response
from rongdun_collector.api.checkin import credential_of
from rongdun_collector.ingest.bodies import DOCUMENTS_BYTES, inflate, read_body, refuse_dense
from rongdun_collector.problems import RefusedError, invalid, unauthenticated
from rongdun_collector.services import Services
from rongdun_collector.store import credentials, documents, volatile
from rongdun_contract.documents import digest
from rongdun_contract.wire import Stored, Volatile, unpack_documents

Store = Callable[[Services, str, bytes], int]

AT_ONCE = 4
"""Deliveries that are in memory at once."""


class Deliveries:
    """The two routes, sharing a bound on memory."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def documents(self, request: Request) -> Response:
        """Store a batch of documents; answered when they are durable."""
        try:
            _, stored = await self._receive(request, _store_documents)
        except RefusedError as error:
            return refusal_response(error.refusal)
        return _durable(stored)

    async def volatile(self, request: Request) -> Response:
        """Store volatile sections; answered when they are durable."""
        services: Services = request.app.state.services
        try:
            host, stored = await self._receive(request, _store_volatile)
        except RefusedError as error:
            return refusal_response(error.refusal)
        services.background.changed([host])
        return _durable(stored)

    async def _receive(self, request: Request, store: Store) -> tuple[str, int]:
        services: Services = request.app.state.services
        host = await run_in_threadpool(_authenticate, services, ".".join(credential_of(request)))
        async with self._turns:
            body = await read_body(request, DOCUMENTS_BYTES)
            data = await run_in_threadpool(inflate, body, request.headers.get("content-encoding"))
            return host, await run_in_threadpool(store, services, host, data)


def _durable(stored: int) -> Response:
    return Response(Stored(stored=stored).model_dump_json(), media_type="application/json")


def _authenticate(services: Services, credential: str) -> str:
    with services.store.read() as connection:
        host = credentials.host_of(connection, credential)
    if host is None:
        raise unauthenticated("this credential is not, or no longer, known here", "Enrol the host again.")
    return host


def _store_documents(services: Services, _host: str, data: bytes) -> int:
    try:
        sent = unpack_documents(data)
    except ValueError as error:
        raise invalid(str(error), "Send the batch again.") from error
    _verify(sent)
    rows = documents.packed(sent, services.now())
    with services.store.write() as connection:
        documents.store_documents(connection, rows)
    services.counts.documents += len(sent)
    services.counts.document_bytes += sum(map(len, sent.values()))
    return len(sent)


def _verify(sent: Mapping[str, bytes]) -> None:
    """Each document must be what its digest says, and a JSON object of bounded depth and number of values."""
    for name, data in sent.items():
        if digest(data) != name:
            raise invalid(f"document {name} is not what its digest says", "Send the batch again.")
        refuse_dense(data)
        try:
            value = from_json(data, allow_inf_nan=False)
        except ValueError as error:
            raise invalid(f"document {name} is no JSON: {error}", "Update the agent.") from error
        if not isinstance(value, dict):
            raise invalid(f"document {name} is no JSON object", "Update the agent.")


def _store_volatile(services: Services, host: str, data: bytes) -> int:
    refuse_dense(data)
    now = services.now()
    try:
        sent = Volatile.model_validate_json(data)
        rows = volatile.packed(host, sent, now)
    except ValidationError as error:
        raise invalid_wire(error) from error
    except ValueError as error:
        raise invalid(f"a section is no JSON: {error}", "Update the agent.") from error
    with services.store.write() as connection:
        volatile.store_volatile(connection, host, rows, min(sent.taken_at, now))
    return len(rows)
