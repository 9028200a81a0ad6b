"""rpm's "new" database (Packages.db): slots in pages at the front name the blobs behind, each with a checksum."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from rongdun_agent.rpmdb.header import MalformedDatabase

_PAGE = 4096
_BLOCK = 16
_FILE_HEADER = struct.Struct("<4sIIII12x")
_SLOT = struct.Struct("<4sIII")
_BLOB_HEAD = struct.Struct("<4sIII")
_BLOB_TAIL = struct.Struct("<II4s")


def read_ndb(file: BinaryIO) -> Iterator[bytes]:
    """Each header's bytes, in the order of the slots."""
    for index, offset, blocks in list(_slots(file)):
        file.seek(offset * _BLOCK)
        yield _blob(index, file.read(blocks * _BLOCK))


def _slots(file: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """Package number, first block and number of blocks of every slot in use."""
    magic, version, _, pages, _ = _FILE_HEADER.unpack(_exactly(file, _FILE_HEADER.size))
    if magic != b"RpmP" or version != 0:
        raise MalformedDatabase(f"magic {magic!r}, version {version}")
    slots = _exactly(file, pages * _PAGE - _FILE_HEADER.size)
    for magic, index, offset, blocks in _SLOT.iter_unpack(slots):
        if magic != b"Slot":
            raise MalformedDatabase(f"a slot begins with {magic!r}")
        if offset:
            yield index, offset, blocks


def _blob(index: int, blob: bytes) -> bytes:
    if len(blob) < _BLOB_HEAD.size + _BLOB_TAIL.size:
        raise MalformedDatabase(f"package {index}: {len(blob)} bytes")
    magic, owner, _, length = _BLOB_HEAD.unpack_from(blob)
    body = len(blob) - _BLOB_TAIL.size
    checksum, length_again, end = _BLOB_TAIL.unpack_from(blob, body)
    if (magic, owner, end) != (b"BlbS", index, b"BlbE") or length != length_again or _BLOB_HEAD.size + length > body:
        raise MalformedDatabase(f"package {index}: its blob is not framed as rpm frames it")
    if zlib.adler32(memoryview(blob)[:body]) != checksum:
        raise MalformedDatabase(f"package {index}: checksum differs")
    return blob[_BLOB_HEAD.size : _BLOB_HEAD.size + length]


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(max(size, 0))
    if len(data) < size:
        raise MalformedDatabase(f"ends after {len(data)} of {size} bytes")
    return data
