"""utmp(5) records of wtmp and btmp, in the two shapes that Linux has them in."""

import struct
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.login_records.visit import Visit

WTMP, BTMP = "/var/log/wtmp", "/var/log/btmp"
_MOST_BYTES = 8 << 20
"""As much as is read of one file, from its end: some twenty thousand records."""
_USER_PROCESS, _LOGIN_PROCESS, _LAST_TYPE = 7, 6, 9
_SHAPES = (
    struct.Struct("<h2xi32s4s32s256s4xii4x16x20x"),  # 384 bytes: x86, and 32 bits everywhere
    struct.Struct("<h2xi32s4s32s256s4x8xq8x16x20x4x"),  # 400 bytes: arm64, loongarch64, riscv64
)


class _Record(NamedTuple):
    kind: int
    user: str
    host: str
    at: int


def last_visits(host: Host, path: str = WTMP) -> dict[str, Visit] | None:
    """The last login of each account name in wtmp; none when there is no such file. Raises `Refused`."""
    records = _records(host, path)
    if records is None:
        return None
    found: dict[str, Visit] = {}
    for record in records:
        if record.kind == _USER_PROCESS and record.user:
            before = found.get(record.user)
            if before is None or record.at >= before.at:
                found[record.user] = Visit(record.at, record.host, "wtmp")
    return found


def failures(host: Host, path: str = BTMP) -> Counter[str] | None:
    """How often each name failed to log in; none when there is no btmp. Raises `Refused`."""
    records = _records(host, path)
    if records is None:
        return None
    return Counter(record.user for record in records if record.kind in (_USER_PROCESS, _LOGIN_PROCESS))


def _records(host: Host, path: str) -> Iterator[_Record] | None:
    stat = host.stat(path)
    if stat is None or stat.type != "file":
        return None
    first = host.read_range(path, 0, 2 * max(shape.size for shape in _SHAPES)) or b""
    shape = _shape(first, stat.size)
    skipped = max(0, stat.size - _MOST_BYTES)
    skipped += -skipped % shape.size
    data = host.read_range(path, skipped, _MOST_BYTES) or b""
    return _parsed(data[: len(data) - len(data) % shape.size], shape)


def _shape(first: bytes, size: int) -> struct.Struct:
    """The shape that makes sense of the beginning: whole records, and a known type where the second one begins."""
    fitting = [shape for shape in _SHAPES if size % shape.size == 0] or list(_SHAPES)
    for shape in fitting:
        second = first[shape.size : shape.size + 4]
        if len(second) < 4 or (second[2:] == b"\0\0" and int.from_bytes(second[:2], "little") <= _LAST_TYPE):  # noqa: PLR2004 - the four bytes of a record's type
            return shape
    return fitting[0]


def _parsed(data: bytes, shape: struct.Struct) -> Iterator[_Record]:
    wide = shape is _SHAPES[1]
    for fields in shape.iter_unpack(data):
        kind, _, _, _, user, host = fields[:6]
        yield _Record(kind, _text(user), _text(host), fields[6] if wide else fields[7])


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")
