"""A collector that stands in for the real one: it understands the wire, keeps what it is told, and orders a drill."""

from __future__ import annotations

import json
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rongdun_contract.documents import canonical_json, digest
from rongdun_contract.wire import Answer, CheckIn, DrillOrder, Stored, Volatile, unpack_documents


@dataclass
class Heard:
    """A check-in that was acknowledged."""

    check_in: CheckIn
    at: datetime
    manifest: dict[str, Any]


@dataclass
class Collector:
    """What it holds and what it answers; `refuse` is an HTTP status that it gives instead of an answer, 0 hangs up."""

    url: str = ""
    order: DrillOrder | None = None
    refuse: int | None = None
    hold: threading.Event = field(default_factory=threading.Event)
    heard: list[Heard] = field(default_factory=list)
    documents: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, dict[str, Any]] = field(default_factory=dict)
    volatile: list[Volatile] = field(default_factory=list)
    probes: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hold.set()

    def facts(self, heard: Heard, section: str) -> dict[str, Any]:
        """A section as a check-in had it."""
        found: dict[str, Any] = json.loads(self.documents[heard.manifest[section]["facts"]])
        return found

    def newest(self, section: str) -> dict[str, Any]:
        """A section as the last check-in had it."""
        return self.facts(self.heard[-1], section)

    def wait(self, condition: Any, timeout_s: float = 15) -> Any:
        """Until the condition holds of this collector; its value."""
        end = time.monotonic() + timeout_s
        while not (found := condition(self)):
            assert time.monotonic() < end, f"not within {timeout_s} s; {len(self.heard)} check-ins were heard"
            time.sleep(0.02)
        return found

    def check_in(self, said: CheckIn) -> Answer:
        """Ask for what is not here, then acknowledge."""
        if said.manifest is not None:
            plain = {name: entry.model_dump(mode="json") for name, entry in said.manifest.items()}
            assert digest(canonical_json(plain)) == said.root
            self.manifests[said.root] = plain
        if said.health.probes is not None:
            self.probes = {name: probe.error for name, probe in said.health.probes.items()}
        manifest = self.manifests.get(said.root)
        if manifest is None:
            return Answer(need="manifest")
        wanted = {e[kind] for e in manifest.values() for kind in ("facts", "sources") if kind in e}
        missing = tuple(sorted(wanted - self.documents.keys()))
        if missing:
            return Answer(missing=missing)
        self.heard.append(Heard(said, datetime.now(UTC), manifest))
        return Answer(acknowledged=said.sequence, interval_s=900, drill=self.order)

    def documents_came(self, body: bytes) -> Stored:
        """Keep documents, each under the name that its bytes give it."""
        came = unpack_documents(zlib.decompress(body))
        assert all(digest(data) == name for name, data in came.items())
        self.documents |= came
        return Stored(stored=len(came))

    def volatile_came(self, body: bytes) -> Stored:
        """Keep volatile sections."""
        came = Volatile.model_validate_json(zlib.decompress(body))
        self.volatile.append(came)
        return Stored(stored=len(came.sections))


@contextmanager
def collecting(port: int = 0, certificate: Path | None = None) -> Iterator[Collector]:
    """A collector on loopback; with a certificate and its key in one file it speaks TLS."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.hold.wait(60)
            if collector.refuse == 0:
                self.close_connection = True
                return
            if collector.refuse is not None:
                self._answer(collector.refuse, b'{"type":"t","title":"t","status":1,"detail":"as the test wants"}')
                return
            if self.path == "/v1/checkin":
                said = collector.check_in(CheckIn.model_validate_json(body))
            else:
                said = collector.documents_came(body) if self.path == "/v1/documents" else collector.volatile_came(body)
            self._answer(200, said.to_json())

        def _answer(self, status: int, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # a watcher was killed
                self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients are killed here in mid-sentence
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    collector.url = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        collector.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()
