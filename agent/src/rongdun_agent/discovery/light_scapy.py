"""Loads scapy as a library for packets: without its caches, its tables of makers, and its cryptography.

Left to itself it unpickles files from the home directory, parses 50 000 makers of network cards, and loads OpenSSL to
read TLS: 30 MB and a way in that nobody here needs.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_NOWHERE = "/dev/null/none"
_FOLDERS = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
_TABLES = {"scapy.libs.manuf": "", "scapy.libs.bluetoothids": {}}


@contextmanager
def loading() -> Iterator[None]:
    """Import scapy inside of this; afterwards the environment and all other modules are as before."""
    environment = {folder: os.environ.get(folder) for folder in _FOLDERS}
    os.environ.update(dict.fromkeys(_FOLDERS, _NOWHERE))
    stand_ins = {name: _empty(name, data) for name, data in _TABLES.items()} | {"cryptography": None}
    put = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(put)  # type: ignore[arg-type]  # None: an import says that there is no such module
    logging.getLogger("scapy").setLevel(logging.CRITICAL)  # to it each odd frame is worth a warning
    try:
        yield
    finally:
        for name, module in put.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
        for folder, value in environment.items():
            os.environ.pop(folder, None)
            if value is not None:
                os.environ[folder] = value


def _empty(name: str, data: object) -> ModuleType:
    module = ModuleType(name)
    module.DATA = data  # type: ignore[attr-defined]  # the one name that scapy takes from it
    return module
