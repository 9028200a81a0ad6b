"""Stands in for `pydantic.plugin._loader`, which looks for plugins of others when the first model is built.

We want none, and can switch the search off; but the module is loaded all the same, and with it importlib.metadata,
email and zipfile: a tenth of a scan's processor time. Should pydantic ever ask more of it, the real one answers.
"""

import sys
from importlib import import_module

_STOOD_IN_FOR = "pydantic.plugin._loader"


def stand_in() -> None:
    """To be called before the first model is built; changes nothing where pydantic has been at work already."""
    sys.modules.setdefault(_STOOD_IN_FOR, sys.modules[__name__])


def get_plugins() -> tuple[()]:
    """All plugins that there are to be."""
    return ()


def __getattr__(name: str) -> object:
    if name.startswith("__"):
        raise AttributeError(name)
    if sys.modules.get(_STOOD_IN_FOR) is sys.modules[__name__]:
        del sys.modules[_STOOD_IN_FOR]
    return getattr(import_module(_STOOD_IN_FOR), name)
