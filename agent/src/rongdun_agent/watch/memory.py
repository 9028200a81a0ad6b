"""Keeps a process that lives long as small as one that lives short: what the C library holds back is given back."""

import ctypes
import gc

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h


class Memory:
    """Where the C library is not glibc there is nothing to do."""

    def __init__(self) -> None:
        """One heap for all threads, before the second thread begins."""
        library = ctypes.CDLL(None)
        self._trim = getattr(library, "malloc_trim", None)
        if self._trim is not None:
            library.mallopt(ctypes.c_int(_ARENA_MAX), ctypes.c_int(1))
        gc.freeze()  # what was imported stays: looking through it again and again would copy its pages

    def give_back(self) -> None:
        """To be called after something large was read; costs about a millisecond."""
        gc.collect()
        if self._trim is not None:
            self._trim(ctypes.c_size_t(0))
