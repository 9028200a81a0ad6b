"""Words to systemd, where it waits for them (sd_notify(3))."""

import socket
from collections.abc import Mapping


class Notice:
    """Says that the service is ready, alive, what it does, and that it ends; silent where nobody listens."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        microseconds = environment.get("WATCHDOG_USEC", "")
        self.alive_every_s = int(microseconds) / 2e6 if microseconds.isdecimal() else None
        """Half of what the watchdog waits for; None: there is none."""

    def say(self, **words: str | int) -> None:
        """Say `READY=1`, `STATUS="…"` and the like in one message; whether systemd takes it is its own affair."""
        if not self._address:
            return
        message = "\n".join(f"{name}={value}" for name, value in words.items())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as systemd:
            try:
                systemd.sendto(message.encode(), self._address)
            except OSError:
                return
