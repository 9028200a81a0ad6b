"""Off loopback the agent speaks TLS, and believes exactly the authority whose hash stands in its token."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from rongdun_agent.state import State
from rongdun_contract.enrolment_token import decode_token
from tests.lab.ports import free_port

BIN = Path(sys.executable).parent


def run(name: str, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BIN / name, *arguments], input=text, text=True, capture_output=True, check=False, timeout=90)


def made(name: str, *arguments: str, text: str | None = None) -> str:
    done = run(name, *arguments, text=text)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a collector's folder with a certificate for loopback."""
    folder = tmp_path / "collector"
    made("rongdun-collector", "migrate", "--data", str(folder))
    made("rongdun-collector", "tls", "create", "--data", str(folder), "--name", "127.0.0.1", "--name", "localhost")
    return folder


@pytest.fixture
def served(data: Path, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a collector that serves TLS."""
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        command = [BIN / "rongdun-collector", "serve", "--port", str(port), "--data", data]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        context = ssl.create_default_context(cafile=str(data / "tls/ca.pem"))
        for _ in range(600):
            try:
                urllib.request.urlopen(f"https://127.0.0.1:{port}/healthz", timeout=2, context=context).close()
                break
            except OSError:
                assert process.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.05)
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def token_for(data: Path, url: str) -> str:
    return made("rongdun-collector", "token", "create", "--url", url, "--count", "5", "--data", str(data)).split()[-1]


def test_a_token_brings_the_pin_and_the_agent_keeps_the_authority(served: str, data: Path, tmp_path: Path) -> None:
    token = token_for(data, served)
    assert decode_token(token).ca_pin
    state = tmp_path / "agent"
    made("rongdun-agent", "enroll", token, "--state", str(state))
    assert (state / "credential.json").stat().st_mode & 0o077 == 0, "the credential is for the agent alone"
    credential = State(state).credential()
    assert credential is not None
    assert credential.ca is not None
    assert "BEGIN CERTIFICATE" in credential.ca
    done = run("rongdun-agent", "run", "--once", "--state", str(state))
    assert done.returncode == 0, done.stderr
    assert "1 delivered, 0 on disk" in done.stdout


@pytest.mark.parametrize("how", ["standard input", "a file"])
def test_a_token_need_not_stand_in_the_list_of_processes(served: str, data: Path, tmp_path: Path, how: str) -> None:
    """Every user of a host can read every other's arguments."""
    token, state, file = token_for(data, served), tmp_path / "agent", tmp_path / "token"
    file.write_text(token + "\n")
    given = ("-",) if how == "standard input" else ("--token-file", str(file))
    made("rongdun-agent", "enroll", *given, "--state", str(state), text=token + "\n" if given == ("-",) else None)
    credential = State(state).credential()
    assert credential is not None
    assert credential.url == served


@pytest.mark.parametrize("given", [(), ("rongdun1.x", "--token-file", "/nowhere")], ids=["no token", "two tokens"])
def test_a_token_is_given_once(tmp_path: Path, given: tuple[str, ...]) -> None:
    done = run("rongdun-agent", "enroll", *given, "--state", str(tmp_path / "agent"))
    assert (done.returncode, "token" in done.stderr) == (2, True)


def test_a_token_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    done = run("rongdun-agent", "enroll", "--token-file", "/nowhere/token", "--state", str(tmp_path / "agent"))
    assert done.returncode == 2
    assert "/nowhere/token: cannot be read (No such file or directory)" in done.stderr


def test_another_authority_is_refused_before_the_token_leaves(served: str, data: Path, tmp_path: Path) -> None:
    """Someone in between has a certificate for the right name, from an authority of his own."""
    token = token_for(data, served)
    theirs = tmp_path / "theirs"
    made("rongdun-collector", "tls", "create", "--dir", str(theirs), "--name", "127.0.0.1")
    with _Impostor(theirs) as (url, asked):
        moved = json.loads(_decoded(token)) | {"u": url}
        done = run("rongdun-agent", "enroll", _encoded(moved), "--state", str(tmp_path / "agent"))
    assert done.returncode == 2
    assert "another CA certificate than the token pins" in done.stderr
    assert {path for _, path in asked} == {"/v1/ca"}, "nothing but the certificate was asked for"


def test_after_enrolment_another_authority_gets_nothing(served: str, data: Path, tmp_path: Path) -> None:
    state = tmp_path / "agent"
    made("rongdun-agent", "enroll", token_for(data, served), "--state", str(state))
    theirs = tmp_path / "theirs"
    made("rongdun-collector", "tls", "create", "--dir", str(theirs), "--name", "127.0.0.1")
    with _Impostor(theirs) as (url, asked):
        made("rongdun-agent", "enroll", "--moved-to", url, "--state", str(state))
        done = run("rongdun-agent", "run", "--once", "--state", str(state))
    assert done.returncode == 1
    assert "certificate verify failed" in done.stderr
    assert asked == []


def test_plain_http_leaves_loopback_never(tmp_path: Path) -> None:
    plain = {"u": "http://192.0.2.1:8600", "s": "x"}
    done = run("rongdun-agent", "enroll", _encoded(plain), "--state", str(tmp_path / "agent"))
    assert done.returncode == 2
    assert "plain HTTP to another machine" in done.stderr


def test_the_collector_stays_on_loopback_until_an_administrator_exists(data: Path) -> None:
    command = ("rongdun-collector", "serve", "--host", "0.0.0.0", "--port", str(free_port()), "--data", str(data))  # noqa: S104 - what must be refused
    done = run(*command)
    assert done.returncode == 2
    assert "administrator" in done.stderr


def _decoded(token: str) -> str:
    word = token.partition(".")[2]
    return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()


def _encoded(fields: dict[str, str]) -> str:
    return "rongdun1." + base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


class _Impostor:
    """An HTTPS server with somebody else's certificate, which notes what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[tuple[str, str]] = []
        asked, ca = self.asked, (folder / "ca.pem").read_bytes()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(("GET", self.path))
                self.send_response(200)
                self.send_header("Content-Length", str(len(ca)))
                self.end_headers()
                self.wfile.write(ca)

            def do_POST(self) -> None:
                asked.append(("POST", self.path))
                self.send_error(500)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign] # a refused handshake is what is wanted

    def __enter__(self) -> tuple[str, list[tuple[str, str]]]:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"https://127.0.0.1:{self.server.server_address[1]}", self.asked

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
