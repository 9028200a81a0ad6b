r"""Escapes of fstab(5) and /proc/PID/mountinfo: a blank in a name is written `\040`."""

import re

from rongdun_agent.host import as_bytes, as_text

_ESCAPE = re.compile(rb"\\([0-3][0-7]{2})")


def unescaped(field: str) -> str:
    """The name that a field stands for."""
    if "\\" not in field:
        return field
    return as_text(_ESCAPE.sub(lambda escape: bytes((int(escape[1], 8),)), as_bytes(field)))
