"""What the service manager is told (sd_notify(3)): ready when we serve, alive only while the work goes on."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable, Mapping

_BEATS_IN_A_PERIOD = 3


class ServiceManager:
    """Who started us and waits to hear from us; without one everything is said to nobody."""

    def __init__(self, environment: Mapping[str, str], pid: int) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        period = environment.get("WATCHDOG_USEC", "")
        for_us = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        asked = bool(self._address) and period.isascii() and period.isdecimal() and int(period) > 0 and for_us
        self._beat_s = int(period) / 1e6 / _BEATS_IN_A_PERIOD if asked else None

    def say(self, *lines: str) -> None:
        """Send lines `NAME=value`; a manager that does not listen is no reason to stop."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.sendto("\n".join(lines).encode(), address)

    async def beat(self, alive: Callable[[], Awaitable[bool]]) -> None:
        """Say that we live for as long as `alive` answers yes; while it does not answer, nothing is said."""
        if self._beat_s is None:
            return
        while True:
            if await alive():
                self.say("WATCHDOG=1")
            await asyncio.sleep(self._beat_s)


def service_manager(environment: Mapping[str, str]) -> ServiceManager:
    """The manager that this process's environment names."""
    return ServiceManager(environment, os.getpid())
