"""lastlog(8): a sparse file with one record per user number, read only where an account's record would be."""

import struct
from collections.abc import Iterable, Mapping

from rongdun_agent.host import Host
from rongdun_agent.login_records.visit import Visit

PATH = "/var/log/lastlog"
_SHAPES = (struct.Struct("<i32s256s"), struct.Struct("<q32s256s"))
"""292 bytes on x86, 296 where times have 64 bits."""


def last_visits(host: Host, uids: Iterable[int], path: str = PATH) -> Mapping[int, Visit] | None:
    """The last login by user number; none when there is no such file. Raises `Refused`."""
    stat = host.stat(path)
    if stat is None or stat.type != "file":
        return None
    shape = next((shape for shape in _SHAPES if stat.size % shape.size == 0), _SHAPES[0])
    found = {}
    for uid in uids:
        if (uid + 1) * shape.size <= stat.size:
            record = host.read_range(path, uid * shape.size, shape.size)
            if record and len(record) == shape.size:
                at, _, origin = shape.unpack(record)
                if at > 0:
                    found[uid] = Visit(at, origin.partition(b"\0")[0].decode("utf-8", "backslashreplace"), "lastlog")
    return found
