"""rongdun-collector serve."""

import argparse
import logging
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

import uvicorn

from rongdun_collector.app import build_app
from rongdun_collector.assessment.ruleset import load_ruleset
from rongdun_collector.cli.database import (
    add_database_arguments,
    add_trust_arguments,
    opened,
    settings_of,
    trust_of,
    utc_now,
)
from rongdun_collector.cli.notify import service_manager
from rongdun_collector.cli.server import Server
from rongdun_collector.config import Settings
from rongdun_collector.errors import CollectorError
from rongdun_collector.services import build_services
from rongdun_collector.store import accounts
from rongdun_collector.store.store import Store

STOP_WITHIN_S = 10
KEEP_ALIVE_S = 20
BACKLOG = 2048

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes; the environment may say the same as RONGDUN_NAME."""
    add_database_arguments(parser)
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default 8600; 0 takes a free one)")
    parser.add_argument("--tls-cert", type=Path, help="certificate chain, PEM (default DATA/tls/server.pem if there)")
    parser.add_argument("--tls-key", type=Path, help="its private key, PEM (default DATA/tls/server.key)")
    parser.add_argument(
        "--behind-tls-proxy", action="store_true", default=None, help="a proxy in front ends TLS: serve plain HTTP"
    )
    parser.add_argument("--packs", type=Path, action="append", help="a pack of rules (may be repeated)")
    parser.add_argument("--drill-packs", type=Path, action="append", help="a pack of kind drill (may be repeated)")
    add_trust_arguments(parser)
    parser.add_argument("--controls", type=Path, help="the control framework")
    parser.add_argument("--overlay", type=Path, help="an organisation's overlay: parameters tightened, or waived")
    parser.add_argument("--schemes", type=Path, help="folder of drill scoring schemes")
    parser.add_argument("--interval-s", type=int, help="how often hosts check in (default 900)")
    parser.add_argument("--silent-after-s", type=int, help="a host is silent after so long (default 7200)")
    parser.add_argument("--session-idle-s", type=int, help="a sign-in ends after so long unused (default 1800)")


def run(options: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """Serve until SIGINT or SIGTERM."""
    settings = settings_of(options, environment)
    ruleset = load_ruleset(settings.packs, settings.controls, settings.overlay, trust_of(settings))
    with opened(settings) as store:
        refuse_unsafe(settings, store)
        with _listening(settings) as listener:
            address, port = listener.getsockname()[:2]
            settings = settings.model_copy(update={"port": port})
            services = build_services(settings, store, ruleset, utc_now)
            scheme = "https" if settings.certificate else "http"
            where = f"{scheme}://{f'[{address}]' if ':' in address else address}:{port}"
            configuration = _configuration(settings, build_app(services))
            server = Server(configuration, services, service_manager(environment), where)
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, _stopped)  # uvicorn repeats the signal when it has stopped; it ends there
            log.info("serving on %s", where)
            server.run(sockets=[listener])
            log.info("stopped")
    return 0


def refuse_unsafe(settings: Settings, store: Store) -> None:
    """CollectorError where others than this machine could reach a collector that is not ready for it."""
    if settings.is_loopback and not settings.behind_tls_proxy:
        return
    where = f"serve on {settings.host}"
    with store.read() as connection:
        if not accounts.any_administrator(connection):
            remedy = "first: rongdun-collector admin create NAME"
            raise CollectorError(where, "there is no administrator, so anyone could read everything", remedy)
    if settings.certificate is None and not settings.behind_tls_proxy:
        remedy = "first: rongdun-collector tls create --name THIS-HOST; or --behind-tls-proxy where a proxy ends TLS"
        raise CollectorError(where, "there is no certificate, so credentials would travel in the clear", remedy)


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        where = f"{settings.host} port {settings.port}"
        remedy = "end what uses it, or take another with --host and --port"
        raise CollectorError(where, f"cannot be listened on: {error.strerror or error}", remedy) from error
    return listener


def _configuration(settings: Settings, app: object) -> uvicorn.Config:
    certificate, key = settings.certificate or (None, None)
    for path in (certificate, key):
        if path is not None and not path.is_file():
            raise CollectorError(str(path), "is no file", "name certificate and key: --tls-cert and --tls-key")
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=settings.behind_tls_proxy,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ws="none",
    )


def _stopped(_number: int, _frame: object) -> None:
    """Nothing: the server has stopped already."""
