"""rpm's Berkeley DB database (Packages): a hash file whose values are chains of overflow pages."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from rongdun_agent.rpmdb.header import MalformedDatabase

_HASH_MAGIC = 0x061561
_PAGE_HEADER = 26
_HASH_PAGES = frozenset({2, 13})
"""Unsorted (before Berkeley DB 4.6) and sorted pages of pairs."""
_OVERFLOW_PAGE = 7
_OTHER_PAGES = frozenset({0, _OVERFLOW_PAGE})
"""Free ones, and parts of values."""
_META_PAGE = 8
_LARGEST_VALUE = 256 << 20


class _Database(NamedTuple):
    """The open file and what its first page says of the others; `order` is struct's sign for the byte order."""

    file: BinaryIO
    order: str
    page_size: int
    pages: int
    pairs: int
    """How many there are by the file's own count, which rpm keeps through installing, removing and rebuilding."""


def read_bdb(file: BinaryIO) -> Iterator[bytes]:
    """Each header's bytes, in the order of the pages; the record that holds rpm's own counter is left out."""
    database = _open(file)
    pairs = 0
    for number in range(1, database.pages):
        page = _page(database, number)
        if page[25] in _HASH_PAGES:
            for key, value in _pairs(database, page):
                pairs += 1
                if any(key):
                    yield _value(database, value)
        elif page[25] not in _OTHER_PAGES:
            raise MalformedDatabase(f"page {number} has type {page[25]}")
    if pairs < database.pairs:
        raise MalformedDatabase(f"{pairs} of {database.pairs} records are there")


def _open(file: BinaryIO) -> _Database:
    first = file.read(512)
    for order in "<>":
        if len(first) == 512 and struct.unpack_from(f"{order}I", first, 12)[0] == _HASH_MAGIC:  # noqa: PLR2004 - smallest page
            return _described(file, order, first)
    raise MalformedDatabase("no Berkeley DB hash file")


def _described(file: BinaryIO, order: str, first: bytes) -> _Database:
    page_size, encrypted, kind, flags = struct.unpack_from(f"{order}IBBB", first, 20)
    last_page = struct.unpack_from(f"{order}I", first, 32)[0]
    pairs = struct.unpack_from(f"{order}I", first, 88)[0]
    if kind != _META_PAGE or page_size not in (512 << shift for shift in range(8)):
        raise MalformedDatabase(f"page type {kind}, page size {page_size}")
    if encrypted or flags & 1:
        # checksums and encryption widen every page's header; rpm never asks for them
        raise MalformedDatabase("pages with checksums or encryption")
    return _Database(file, order, page_size, last_page + 1, pairs)


def _page(database: _Database, number: int) -> bytes:
    database.file.seek(number * database.page_size)
    page = database.file.read(database.page_size)
    if len(page) < database.page_size:
        raise MalformedDatabase(f"page {number} of {database.pages} is cut short")
    return page


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
    """Join the overflow pages from `number` on; no page is met twice, for the length bounds them."""
    if length > _LARGEST_VALUE:
        raise MalformedDatabase(f"a value of {length} bytes")
    parts, missing = [], length
    while number and missing > 0:
        page = _page(database, number)
        if page[25] != _OVERFLOW_PAGE:
            raise MalformedDatabase(f"page {number} is no overflow page")
        number, size = struct.unpack_from(f"{database.order}I2xH", page, 16)
        if not 0 < size <= len(page) - _PAGE_HEADER:
            raise MalformedDatabase(f"an overflow page with {size} bytes")
        parts.append(page[_PAGE_HEADER : _PAGE_HEADER + size])
        missing -= size
    if missing:
        raise MalformedDatabase(f"a value that lacks {missing} of its {length} bytes")
    return b"".join(parts)
