"""Keeps a process that lives long as small as one that lives short: what the C library holds back is given back."""

import ctypes
import gc

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1  # of malloc.h
_LARGE_BYTES = 64 * 1024


class Memory:
    """Where the C library is not glibc there is nothing to do."""

    def __init__(self) -> None:
        """One heap for all threads, before the second thread begins; what is large comes from the kernel and goes back.

        Left alone the library takes the size of the first large file as what it will often need, and keeps as much.
        """
        library = ctypes.CDLL(None)
        self._trim = getattr(library, "malloc_trim", None)
        if self._trim is not None:
            for setting, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, _LARGE_BYTES), (_TRIM_THRESHOLD, _LARGE_BYTES)):
                library.mallopt(ctypes.c_int(setting), ctypes.c_int(value))
        gc.freeze()  # what was imported stays: looking through it again and again would copy its pages

    def give_back(self) -> None:
        """To be called after something large was read; costs about a millisecond."""
        gc.collect()
        if self._trim is not None:
            self._trim(ctypes.c_size_t(0))
