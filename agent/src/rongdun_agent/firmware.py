"""What firmware says of the machine: DMI in sysfs, or the device tree where there is no DMI."""

import re

from rongdun_agent.host import Host, Refused
from rongdun_contract.facts import Maybe, Unknown

DMI = "/sys/class/dmi/id"
DEVICE_TREE = ("/proc/device-tree", "/sys/firmware/devicetree/base")

_PLACEHOLDER = re.compile(
    r"(?i)(to be filled by o\.?e\.?m\.?|default string|not (specified|applicable|available|settable)|none|n/?a|unknown|"
    r"system (product name|manufacturer|serial number|version)|o\.e\.m\.|chassis serial number|"
    r"0+|f+|[0.\-]+|(ff|00)+(-(ff|00)+)+|0?123456789|03000200-0400-0500-0006-000700080009)"
)
"""What makers leave where a value should be; a UUID that many boards share tells none from another."""


def dmi(host: Host, field: str) -> Maybe[str | None]:
    """A field of /sys/class/dmi/id, such as `sys_vendor`; serial numbers and the UUID are root's alone to read."""
    try:
        return meant(host.read_text(f"{DMI}/{field}"))
    except Refused:
        return Unknown(unknown="no permission")


def device_tree(host: Host, name: str) -> str | None:
    """A string property at the root of the device tree."""
    found = (host.read_text(f"{top}/{name}") for top in DEVICE_TREE)
    return next(filter(None, map(meant, found)), None)


def meant(value: str | None) -> str | None:
    """The value, unless it is only a maker's placeholder."""
    text = " ".join((value or "").replace("\0", " ").split())
    return None if not text or _PLACEHOLDER.fullmatch(text) else text
