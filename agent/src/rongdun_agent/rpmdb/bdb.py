"""rpm's Berkeley DB database (Packages): a hash file whose values are chains of overflow pages."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from rongdun_agent.rpmdb.header import MalformedDatabase

_HASH_MAGIC = 0x061561
_PAGE_HEADER = 26
_SMALLEST_PAGE = 512
_FREE_PAGE, _OVERFLOW_PAGE, _META_PAGE = 0, 7, 8
_HASH_PAGES = frozenset({2, 13})
"""Unsorted (before Berkeley DB 4.6) and sorted pages of pairs."""
_LARGEST_VALUE = 256 << 20


class _Database(NamedTuple):
    """The open file and what its first page says of the others; `order` is struct's sign for the byte order."""

    file: BinaryIO
    order: str
    page_size: int
    pages: int
    last_bucket: int
    spares: tuple[int, ...]
    """By powers of two of the bucket's number: how many pages other than buckets precede it."""
    pairs: int
    """How many there are by the file's own count, which rpm keeps through installing, removing and rebuilding."""


def read_bdb(file: BinaryIO) -> Iterator[bytes]:
    """Each header's bytes, in the order of the buckets; the record that holds rpm's own counter is left out."""
    database = _open(file)
    pairs = 0
    for page in _bucket_pages(database):
        for key, value in _pairs(database, page):
            pairs += 1
            if any(key):
                yield _value(database, value)
    if pairs < database.pairs:
        raise MalformedDatabase(f"{pairs} of {database.pairs} records are there")


def _open(file: BinaryIO) -> _Database:
    first = file.read(_SMALLEST_PAGE)
    for order in "<>":
        if len(first) == _SMALLEST_PAGE and struct.unpack_from(f"{order}I", first, 12)[0] == _HASH_MAGIC:
            return _described(file, order, first)
    raise MalformedDatabase("no Berkeley DB hash file")


def _described(file: BinaryIO, order: str, first: bytes) -> _Database:
    page_size, encrypted, kind, flags, last_page = struct.unpack_from(f"{order}IBBBxxxxxI", first, 20)
    last_bucket, _, _, _, pairs, _, *spares = struct.unpack_from(f"{order}IIIIII32I", first, 72)
    if kind != _META_PAGE or page_size not in (_SMALLEST_PAGE << shift for shift in range(8)):
        raise MalformedDatabase(f"page type {kind}, page size {page_size}")
    if encrypted or flags & 1:
        # checksums and encryption widen every page's header; rpm never asks for them
        raise MalformedDatabase("pages with checksums or encryption")
    return _Database(file, order, page_size, last_page + 1, last_bucket, tuple(spares), pairs)


def _bucket_pages(database: _Database) -> Iterator[bytes]:
    """The pages of every bucket; one that was never used has a page of zeros, or none yet."""
    seen = set[int]()
    for bucket in range(min(database.last_bucket, database.pages) + 1):
        number = bucket + database.spares[bucket.bit_length()]
        while number and number < database.pages:
            if number in seen:
                raise MalformedDatabase(f"page {number} is met twice")
            seen.add(number)
            page = _read(database, number, 1)
            if page[25] not in _HASH_PAGES | {_FREE_PAGE}:
                raise MalformedDatabase(f"page {number} has type {page[25]} and not a bucket's")
            yield page
            number = struct.unpack_from(f"{database.order}I", page, 16)[0] if page[25] in _HASH_PAGES else 0


def _read(database: _Database, number: int, count: int) -> bytes:
    """Some pages in a row, fewer where the file ends; at least one."""
    database.file.seek(number * database.page_size)
    pages = database.file.read(count * database.page_size)
    if len(pages) < database.page_size:
        raise MalformedDatabase(f"page {number} of {database.pages} is cut short")
    return pages


def _pairs(database: _Database, page: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Key and item of each value: items lie from the page's end downwards, keys at even places, values at odd ones."""
    count = struct.unpack_from(f"{database.order}H", page, 20)[0]
    if count % 2 or _PAGE_HEADER + 2 * count > len(page):
        raise MalformedDatabase(f"a page with {count} items")
    starts = struct.unpack_from(f"{database.order}{count}H", page, _PAGE_HEADER)
    ends = (len(page), *starts[:-1])
    for key, value in zip(range(0, count, 2), range(1, count, 2), strict=True):
        yield page[starts[key] + 1 : ends[key]], page[starts[value] : ends[value]]


def _value(database: _Database, item: bytes) -> bytes:
    match item[:1]:
        case b"\x01":
            return item[1:]
        case b"\x03" if len(item) >= 12:  # noqa: PLR2004 - type, padding, first page, length
            return _chain(database, *struct.unpack_from(f"{database.order}II", item, 4))
    raise MalformedDatabase(f"an item of type {item[:1]!r}")


def _chain(database: _Database, number: int, length: int) -> bytes:
    """Join the overflow pages from `number` on; most lie in a row, and the length bounds them."""
    if length > _LARGEST_VALUE:
        raise MalformedDatabase(f"a value of {length} bytes")
    parts, missing = [], length
    room = database.page_size - _PAGE_HEADER
    while number and missing > 0:
        pages, start = _read(database, number, -(-missing // room)), number
        while (
            number
            and missing > 0
            and 0 <= (at := (number - start) * database.page_size) <= len(pages) - database.page_size
        ):
            if pages[at + 25] != _OVERFLOW_PAGE:
                raise MalformedDatabase(f"page {number} is no overflow page")
            number, size = struct.unpack_from(f"{database.order}I2xH", pages, at + 16)
            if not 0 < size <= room:
                raise MalformedDatabase(f"an overflow page with {size} bytes")
            parts.append(pages[at + _PAGE_HEADER : at + _PAGE_HEADER + size])
            missing -= size
    if missing:
        raise MalformedDatabase(f"a value that lacks {missing} of its {length} bytes")
    return b"".join(parts)
