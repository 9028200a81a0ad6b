"""A TCP relay between agent and collector that counts bytes and misbehaves on request."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_BAD = b"HTTP/1.1 %d Bad\r\nContent-Length: 9\r\nConnection: close\r\n\r\nnot today"


@dataclass
class Relay:
    """Set `fault` to misbehave: `refuse`, `502`, `500`, `cut` (after `cut_after` bytes of answer), `stall`."""

    target: tuple[str, int]
    port: int
    fault: str | None = None
    cut_after: int = 40
    connections: int = 0
    sent: int = 0
    received: int = 0
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the agent connects."""
        return f"http://127.0.0.1:{self.port}"

    def count(self) -> int:
        """Bytes in both directions since the last call."""
        total, self.sent, self.received = self.sent + self.received, 0, 0
        return total


@contextmanager
def relaying(host: str, port: int) -> Iterator[Relay]:
    """Relay to an address until the block is left."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = Relay((host, port), listener.getsockname()[1])
        over = threading.Event()
        listener.settimeout(0.1)
        thread = threading.Thread(target=_accept, args=(listener, relay, over), daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            over.set()
            thread.join(5)


def _accept(listener: socket.socket, relay: Relay, over: threading.Event) -> None:
    while not over.is_set():
        try:
            client, _ = listener.accept()
        except TimeoutError:
            continue
        relay.connections += 1
        threading.Thread(target=_serve, args=(client, relay, over), daemon=True).start()


def _serve(client: socket.socket, relay: Relay, over: threading.Event) -> None:
    with client, contextlib.suppress(OSError):
        client.settimeout(10)
        if relay.fault == "refuse":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset, not close
            return
        if relay.fault in ("500", "502"):
            client.recv(65536)
            client.sendall(_BAD % int(relay.fault))
            return
        if relay.fault == "stall":
            while not over.is_set() and relay.fault == "stall":
                time.sleep(0.05)
            return
        with socket.create_connection(relay.target, 5) as server:
            up = threading.Thread(target=_pump, args=(client, server, _counter(relay, "sent")), daemon=True)
            up.start()
            _pump(server, client, _counter(relay, "received"), relay)
            for end in (server, client):  # closing alone does not reach a peer while a thread still reads
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)


def _counter(relay: Relay, name: str) -> Callable[[int], None]:
    def add(size: int) -> None:
        setattr(relay, name, getattr(relay, name) + size)

    return add


def _pump(source: socket.socket, sink: socket.socket, add: Callable[[int], None], relay: Relay | None = None) -> None:
    passed = 0
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if relay is not None and relay.fault == "cut":
                sink.sendall(data[: max(0, relay.cut_after - passed)])
                return
            sink.sendall(data)
            passed += len(data)
            add(len(data))
