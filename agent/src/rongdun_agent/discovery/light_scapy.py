"""Loads scapy as a library for packets: without its caches, its tables of makers, and its cryptography.

Left to itself it unpickles files from the home directory, parses 50 000 makers of network cards, and loads OpenSSL to
read TLS: 30 MB and a way in that nobody here needs. To be called before the first import of scapy.
"""

import logging
import os
import sys
from types import ModuleType

_NOWHERE = "/dev/null/none"
_FOLDERS = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
_TABLES = {"scapy.libs.manuf": "", "scapy.libs.bluetoothids": {}}


def prepare() -> None:
    """Stand in for what is not wanted; changes nothing where scapy is loaded already."""
    for folder in _FOLDERS:
        os.environ[folder] = _NOWHERE
    for name, data in _TABLES.items():
        empty = ModuleType(name)
        empty.DATA = data  # type: ignore[attr-defined]  # the one name that scapy takes from it
        sys.modules.setdefault(name, empty)
    sys.modules.setdefault("cryptography", None)  # type: ignore[arg-type]  # import then says that there is none
    logging.getLogger("scapy").setLevel(logging.CRITICAL)  # each odd frame is worth a warning to it
