"""A package header as rpm stores it: big-endian index entries, then the data they point into."""

import struct

_INT32, _STRING, _STRING_ARRAY, _I18N_STRING = 4, 6, 8, 9
_PREAMBLE = struct.Struct(">II")
_ENTRY_SIZE = 16
_MOST_ENTRIES = 0x10000


class MalformedDatabase(ValueError):
    """The database does not read as rpm writes it, so nothing it says can be trusted to be complete."""


class Header:
    """Values of a header by tag number; a tag that is not there, or has another type, is None or empty."""

    def __init__(self, blob: bytes) -> None:
        """Take a header blob as the database holds it, without the magic that precedes one in a package file."""
        if len(blob) < _PREAMBLE.size:
            raise MalformedDatabase(f"a header of {len(blob)} bytes")
        entries, length = _PREAMBLE.unpack_from(blob)
        self._data = _PREAMBLE.size + _ENTRY_SIZE * entries
        if not 0 < entries <= _MOST_ENTRIES or self._data + length > len(blob):
            raise MalformedDatabase(f"a header of {len(blob)} bytes that claims {entries} entries and {length} bytes")
        self._blob = blob
        # one flat unpack and a search in C: a header has some eighty entries, and we want a handful
        self._index = struct.unpack_from(f">{4 * entries}I", blob, _PREAMBLE.size)
        self._tags = self._index[::4]

    def string(self, tag: int) -> str | None:
        """A string; of a translated one its first form, which is the untranslated."""
        found = self._entry(tag, _STRING, _I18N_STRING)
        return None if found is None else self._until_nul(found[0]).decode(errors="backslashreplace")

    def number(self, tag: int) -> int | None:
        """The first of a tag's 32-bit numbers."""
        numbers = self.numbers(tag)
        return numbers[0] if numbers else None

    def numbers(self, tag: int) -> tuple[int, ...]:
        """All 32-bit numbers of a tag."""
        found = self._entry(tag, _INT32)
        if found is None:
            return ()
        start, count = found
        if start + 4 * count > len(self._blob):
            raise MalformedDatabase(f"tag {tag} reaches beyond its header")
        return struct.unpack_from(f">{count}I", self._blob, start)

    def strings(self, tag: int) -> list[bytes]:
        """All strings of an array, undecoded."""
        found = self._entry(tag, _STRING_ARRAY)
        if found is None:
            return []
        start, count = found
        strings = self._blob[start:].split(b"\0", count)
        if len(strings) <= count:
            raise MalformedDatabase(f"tag {tag} reaches beyond its header")
        return strings[:count]

    def may_hold(self, tag: int, string: bytes) -> bool:
        """Whether an array may hold this string: fast, and never wrong when it says no."""
        found = self._entry(tag, _STRING_ARRAY)
        return found is not None and self._blob.find(string + b"\0", found[0]) >= 0

    def _entry(self, tag: int, *types: int) -> tuple[int, int] | None:
        """Start of a tag's data in the blob, and how many values it has."""
        try:
            at = 4 * self._tags.index(tag)
        except ValueError:
            return None
        _, kind, offset, count = self._index[at : at + 4]
        if kind not in types:
            return None
        if self._data + offset >= len(self._blob):
            raise MalformedDatabase(f"tag {tag} lies beyond its header")
        return self._data + offset, count

    def _until_nul(self, start: int) -> bytes:
        end = self._blob.find(b"\0", start)
        if end < 0:
            raise MalformedDatabase("a string without an end")
        return self._blob[start:end]
