"""Names of parameters: `net.ipv4.ip_forward` in files and facts, `net/ipv4/ip_forward` below /proc/sys.

Whichever of the two separators comes first is the separator; the other then belongs to a name (`net/ipv4/conf/eth0.7`).
"""

_SWAPPED = str.maketrans("./", "/.")


def proc_path(key: str) -> str:
    """The path below /proc/sys of a key in either spelling."""
    first = next((char for char in key if char in "./"), "/")
    path = key.translate(_SWAPPED) if first == "." else key
    return "/".join(part for part in path.split("/") if part and part != ".")


def dotted(path: str) -> str:
    """The key of a path below /proc/sys, as sysctl(8) prints it."""
    return path.translate(_SWAPPED)


def is_pattern(path: str) -> bool:
    """Whether a path names several parameters."""
    return any(char in path for char in "*?[")
