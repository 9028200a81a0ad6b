"""Whether the kernel believes its clock: adjtimex(2), asked without setting anything."""

import ctypes

_UNSYNCHRONISED = 0x40  # STA_UNSYNC of linux/timex.h
_WORDS = 64  # struct timex has 208 bytes; the status word is the eighth field on 64-bit ABIs
_STATUS_OFFSET = 40


def read_clock_synchronised() -> bool | None:
    """True when a daemon keeps the clock; None where the kernel does not answer (a sandbox without the call)."""
    buffer = (ctypes.c_long * _WORDS)()  # modes = 0: only ask
    if ctypes.CDLL(None).adjtimex(ctypes.byref(buffer)) < 0:
        return None
    status = ctypes.c_int.from_buffer(buffer, _STATUS_OFFSET).value
    return not status & _UNSYNCHRONISED
