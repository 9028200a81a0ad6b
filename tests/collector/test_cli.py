"""The command line as an operator uses it: real processes, real sockets, readable refusals."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rongdun_contract.enrolment_token import decode_token

PROGRAM = Path(sys.executable).parent / "rongdun-collector"
RULES = Path(__file__).parent / "rules"
SAMPLES = Path(__file__).parents[2] / "deploy/samples"
PASSWORD = "correct horse battery\n"
ANYWHERE = "0.0.0.0"  # noqa: S104 - what the refusals are about

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment with the tests' own rules and a data folder."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    rules = {"RONGDUN_PACKS": str(RULES / "pack"), "RONGDUN_CONTROLS": str(RULES / "framework.yaml")}
    return keep | rules | {"RONGDUN_DATA": str(tmp_path / "data")}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Return `run("token", "list")`, which runs the program to its end."""

    def start(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        argv = [str(PROGRAM), *arguments]
        return subprocess.run(
            argv, env=environment, input=stdin, capture_output=True, text=True, timeout=60, check=False
        )

    return start


@pytest.fixture
def served(environment: dict[str, str]) -> Iterator[Callable[..., tuple[subprocess.Popen[str], int]]]:
    """Yield `served("--port", "0")`, which starts a server and returns it with its port once it answers."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> tuple[subprocess.Popen[str], int]:
        argv = [str(PROGRAM), "serve", "--port", "0", *arguments]
        process = subprocess.Popen(argv, env=environment, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if "serving on" in line:
                return process, int(line.rstrip().rsplit(":", 1)[1])
        raise AssertionError(said)

    yield start
    for process in started:
        process.kill()
        process.communicate()


def fetch(url: str, context: ssl.SSLContext | None = None, within_s: float = 10) -> tuple[int, bytes]:
    end = time.monotonic() + within_s
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10, context=context) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except urllib.error.URLError:
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_and_stops_clean(served: Any, number: signal.Signals) -> None:
    process, port = served()
    assert fetch(f"http://127.0.0.1:{port}/healthz") == (200, b'{"status":"ok"}')
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert "stopped" in said


def test_a_taken_port_is_told_with_a_remedy(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.returncode == 2
    assert f"127.0.0.1 port {port}: cannot be listened on: Address already in use: " in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_beyond_loopback_an_administrator_comes_first_then_tls(run: Run) -> None:
    done = run("serve", "--host", ANYWHERE, "--port", "0")
    assert done.returncode == 2
    assert "admin create" in done.stderr
    assert run("admin", "create", "lin", "--password-stdin", stdin=PASSWORD).returncode == 0
    done = run("serve", "--host", ANYWHERE, "--port", "0")
    assert done.returncode == 2
    assert "tls create" in done.stderr


def test_behind_a_proxy_an_administrator_comes_first_even_on_loopback(run: Run) -> None:
    done = run("serve", "--behind-tls-proxy", "--port", "0")
    assert done.returncode == 2
    assert "admin create" in done.stderr


def test_tls_end_to_end_with_the_pin_of_the_token(run: Run, served: Any, tmp_path: Path) -> None:
    """The agent fetches the authority unverified, compares it with its token's pin, and trusts nothing else."""
    assert run("tls", "create", "--name", "localhost", "--name", "127.0.0.1").returncode == 0
    run("admin", "create", "lin", "--password-stdin", stdin=PASSWORD)
    _, port = served("--host", ANYWHERE)
    word = run("token", "create", "--url", f"https://localhost:{port}").stdout.strip()
    token = decode_token(word)
    blind = ssl.create_default_context()
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    _, pem = fetch(f"{token.url}/v1/ca", blind)
    assert hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.decode())).hexdigest() == token.ca_pin
    trusted = ssl.create_default_context(cadata=pem.decode())
    trusted.verify_flags |= ssl.VERIFY_X509_STRICT
    assert fetch(f"https://localhost:{port}/healthz", trusted)[0] == 200
    assert fetch(f"https://127.0.0.1:{port}/healthz", trusted)[0] == 200
    assert fetch(f"https://127.0.0.1:{port}/v1/hosts", trusted)[0] == 401
    keys = [path for path in (tmp_path / "data/tls").iterdir() if path.suffix == ".key"]
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}


def test_a_renewed_certificate_keeps_the_authority_that_hosts_trust(run: Run) -> None:
    first = run("tls", "create", "--name", "a").stdout
    second = run("tls", "create", "--name", "b").stdout
    assert first.splitlines()[-1] == second.splitlines()[-1]


def test_the_register_comes_in_whole_or_not_at_all(run: Run, tmp_path: Path) -> None:
    done = run("register", "import", str(SAMPLES / "units.csv"), str(SAMPLES / "systems.csv"))
    assert (done.returncode, done.stdout) == (0, "17 units and 29 systems are in the register\n")
    bad = tmp_path / "bad.csv"
    bad.write_text("id,name\nnew,新单位\nx y,坏\n", encoding="utf-8")
    done = run("register", "import", str(bad))
    assert done.returncode == 2
    assert "bad.csv:3: id: 'x y' cannot be an id" in done.stderr
    assert "Nothing was brought in" in done.stderr
    assert run("token", "create", "--url", "http://127.0.0.1:1", "--unit", "新单位").returncode == 2


def test_a_token_is_one_word_on_standard_output(run: Run) -> None:
    run("register", "import", str(SAMPLES / "units.csv"), str(SAMPLES / "systems.csv"))
    url = "http://127.0.0.1:8600"
    done = run("token", "create", "--url", url, "--count", "5", "--expires", "7d", "--system", "雪亮工程")
    assert done.returncode == 0
    assert len(done.stdout.split()) == 1
    assert decode_token(done.stdout).url == url
    listed = run("token", "list").stdout
    assert "0/5  gaj/xlgc  http://127.0.0.1:8600  good until" in listed
    name = listed.split()[0]
    assert run("token", "revoke", name).returncode == 0
    assert "the token was revoked" in run("token", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--url", "http://collector.example:8600"], "in the clear", id="plain beyond loopback"),
        pytest.param(["--url", "collector.example"], "no address", id="no address"),
        pytest.param(["--url", "https://h/path"], "no address", id="an address with a path"),
        pytest.param(["--url", "https://h", "--unit", "无此单位"], "no unit '无此单位'", id="unknown unit"),
        pytest.param(["--url", "https://h", "--system", "x"], "no system 'x'", id="unknown system"),
        pytest.param(["--url", "https://h", "--count", "0"], "from 1", id="for nobody"),
        pytest.param(["--url", "https://h", "--expires", "soon"], "invalid duration", id="no span of time"),
    ],
)
def test_a_token_that_could_not_work_is_not_made(run: Run, arguments: list[str], says: str) -> None:
    done = run("token", "create", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_administrators_are_made_listed_and_removed(run: Run) -> None:
    assert run("admin", "create", "lin", "--password-stdin", stdin="short\n").returncode == 2
    assert "made" in run("admin", "create", "lin", "--password-stdin", stdin=PASSWORD).stdout
    assert "new password" in run("admin", "create", "lin", "--password-stdin", stdin=PASSWORD).stdout
    assert run("admin", "list").stdout == "lin\n"
    assert run("admin", "remove", "lin").returncode == 0
    assert run("admin", "remove", "lin").returncode == 2


def test_keys_are_made_listed_and_revoked(run: Run) -> None:
    assert len(run("key", "create", "prometheus").stdout.strip()) == 43
    assert "in use" in run("key", "list").stdout
    assert run("key", "revoke", "prometheus").returncode == 0
    assert "revoked" in run("key", "list").stdout
    assert run("key", "revoke", "prometheus").returncode == 2


def test_a_host_is_placed_and_retired(run: Run) -> None:
    done = run("host", "retire", "nobody")
    assert done.returncode == 2
    assert "no host 'nobody'" in done.stderr


@pytest.mark.parametrize(
    ("variables", "arguments", "says"),
    [
        pytest.param({"RONGDUN_DATA": "/proc/nowhere"}, ["migrate"], "/proc/nowhere: cannot be made", id="folder"),
        pytest.param({}, ["migrate", "--database", "mysql://h/x"], "use an SQLite file or PostgreSQL", id="engine"),
        pytest.param({"RONGDUN_PORT": "x"}, ["serve"], "RONGDUN_PORT", id="setting from the environment"),
        pytest.param({}, ["serve", "--packs", "/nowhere"], "/nowhere", id="pack"),
        pytest.param({}, ["serve", "--controls", "/nowhere.json"], "/nowhere.json", id="controls"),
        pytest.param({}, ["serve", "--tls-cert", "/x.pem"], "name both", id="half of TLS"),
        pytest.param({}, ["serve", "--tls-cert", "/x", "--tls-key", "/y"], "/x", id="no certificate there"),
        pytest.param({}, ["migrate", "--database", "postgresql://127.0.0.1:1/x"], "cannot be used", id="no server"),
        pytest.param({}, ["dance"], "invalid choice", id="no such command"),
    ],
)
def test_what_an_operator_can_mend_is_told_in_a_line(
    environment: dict[str, str], variables: dict[str, str], arguments: list[str], says: str
) -> None:
    argv = [str(PROGRAM), *arguments]
    done = subprocess.run(argv, env=environment | variables, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_that_is_not_ours_to_write_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    done = run("migrate")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_database_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/rongdun.sqlite").write_text(
        "hello, I am a text file and no database at all" * 100, encoding="utf-8"
    )
    done = run("serve", "--port", "0")
    assert done.returncode == 2
    assert "not a database" in done.stderr
    assert "Traceback" not in done.stderr


def test_postgres_is_migrated_when_its_operator_says_so(environment: dict[str, str], postgres_url: str) -> None:
    settings = environment | {"RONGDUN_DATABASE": postgres_url}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        argv = [str(PROGRAM), *arguments]
        return subprocess.run(argv, env=settings, capture_output=True, text=True, timeout=60, check=False)

    refused = run("serve", "--port", "0")
    assert refused.returncode == 2
    assert "run: rongdun-collector migrate" in refused.stderr
    assert run("migrate").returncode == 0
    assert run("evaluate").stdout == "0 hosts judged, 0 results changed; 0 verdicts evaluated, 0 shared\n"


def test_the_embedded_rules_are_used_unless_others_are_named(environment: dict[str, str]) -> None:
    """What `make content` put into the package is what an installed collector judges by."""
    settings = {name: value for name, value in environment.items() if name not in ("RONGDUN_PACKS", "RONGDUN_CONTROLS")}
    process = subprocess.Popen([str(PROGRAM), "serve", "--port", "0"], env=settings, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "serving on" in line)
        port = int(line.rstrip().rsplit(":", 1)[1])
        rules = json.loads(fetch(f"http://127.0.0.1:{port}/v1/rules")[1])
        assert rules["packs"].keys() == {"linux-baseline"}
        assert len(rules["rules"]) >= 60
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=20)
        process.kill()
