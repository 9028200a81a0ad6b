"""Probes as somebody without rights: in this process for trees, in a child of another account for the live host."""

import contextlib
import ctypes
import os
import pickle
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

_VERSION_3 = 0x20080522
_OVERRIDES = (1 << 1) | (1 << 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
_NOBODY = 65534

AsNobody = Callable[[Callable[[], Any]], Any]


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


@pytest.fixture
def without_overrides() -> Callable[[], contextlib.AbstractContextManager[None]]:
    """A context in which file modes bind this thread, even as root: mode 0000 is refused."""

    @contextlib.contextmanager
    def dropped() -> Iterator[None]:
        libc = ctypes.CDLL(None, use_errno=True)
        header, data = _Header(_VERSION_3, 0), (_Data * 2)()
        _must(libc.capget(ctypes.byref(header), data))
        before = data[0].effective
        data[0].effective &= ~_OVERRIDES
        _must(libc.capset(ctypes.byref(header), data))
        try:
            yield
        finally:
            data[0].effective = before
            _must(libc.capset(ctypes.byref(header), data))

    return dropped


@pytest.fixture
def as_nobody() -> AsNobody:
    """`as_nobody(function)` calls it in a child process of the account nobody and returns its (picklable) answer."""
    if os.geteuid() != 0:
        return lambda function: function()
    return _in_child


def _in_child(function: Callable[[], Any]) -> Any:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        answer: tuple[bool, Any]
        try:
            os.setgroups([])
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
            answer = True, function()
        except BaseException:  # noqa: BLE001 - a forked child must not return into pytest
            answer = False, traceback.format_exc()
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        worked, value = pickle.load(pipe)  # noqa: S301 - our own child wrote it
    os.waitpid(child, 0)
    assert worked, value
    return value


def _must(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
