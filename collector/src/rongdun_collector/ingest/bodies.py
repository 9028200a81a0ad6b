"""Request bodies within bounds: bytes as sent, bytes as inflated, and the time that a client may take."""

import asyncio
import zlib

from starlette.requests import ClientDisconnect, Request

from rongdun_collector.problems import Refusal, RefusedError, invalid, too_large

CHECKIN_BYTES = 256 * 2**10
DOCUMENTS_BYTES = 16 * 2**20
INFLATED_BYTES = 64 * 2**20
ORDINARY_BYTES = 2**20
BODY_TIMEOUT_S = 60
JSON_VALUES = 2 * 10**6
"""In one document: in memory each takes a hundred bytes, which two bytes on the wire can ask for."""


async def read_body(request: Request, limit: int) -> bytes:
    """The body as it was sent; RefusedError beyond `limit` bytes or when it takes more than a minute."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise _beyond(limit)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await _collect(request, limit)
    except TimeoutError:
        detail = f"the body did not arrive within {BODY_TIMEOUT_S} s"
        raise RefusedError(Refusal(408, "slow", "Too slow", detail, "Try again.")) from None
    except ClientDisconnect:
        raise invalid("the connection ended before the body did", "Try again.") from None


async def _collect(request: Request, limit: int) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _beyond(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def inflate(body: bytes, encoding: str | None, limit: int = INFLATED_BYTES) -> bytes:
    """The body without its `Content-Encoding` (deflate or none); RefusedError beyond `limit` bytes or when damaged."""
    if encoding in (None, "", "identity"):
        return body
    if encoding != "deflate":
        refusal = Refusal(
            415,
            "encoding",
            "Encoding not supported",
            f"Content-Encoding {encoding!r} is not known here",
            "Use deflate.",
        )
        raise RefusedError(refusal)
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(body, limit)
    except zlib.error as error:
        raise invalid(f"the body is not in zlib's format: {error}", "Send it again.") from error
    if inflater.unconsumed_tail:
        raise _beyond(limit)
    if not inflater.eof or inflater.unused_data:
        raise invalid("the compressed body is cut short, or something follows it", "Send it again.")
    return data


def refuse_dense(data: bytes) -> None:
    """RefusedError for JSON that would take far more memory than its size says; to be asked before it is decoded."""
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > JSON_VALUES:
        raise too_large(f"a document has more than {JSON_VALUES} values", "Update the agent.")


def _beyond(limit: int) -> RefusedError:
    return too_large(f"the body has more than {limit} bytes", "Send less at once.")
