"""The laboratory itself: a broken bench would make every test on it worthless, or silently skip them all."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import psycopg
import pytest
import sqlalchemy

from tests.lab.missing import NO_SKIPS, give_up
from tests.lab.postgres import Cluster, postgres_programs
from tests.lab.prometheus import Prometheus, promtool
from tests.lab.roots import SUITES, Root


@pytest.mark.parametrize("suite", SUITES)
def test_a_root_runs_the_sshd_of_its_own_release(debian_root: Callable[..., Root], suite: str) -> None:
    """The three versions of sshd are the judges of ours: each must come from its own root."""
    root = debian_root(suite, "openssh-server")
    assert f"VERSION_CODENAME={suite}" in (root.path / "etc/os-release").read_text()
    said = root.run("/bin/sh", "-c", "mkdir -p /run/sshd && exec /usr/sbin/sshd -T")
    assert "permitrootlogin without-password" in said.stdout, said.stderr


def test_a_program_that_hangs_in_a_root_dies_with_its_children(debian_root: Callable[..., Root]) -> None:
    """An oracle that hangs must fail one test, not leave processes behind or stop the run."""
    root = debian_root("bookworm", "openssh-server")
    begin = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        root.run("/bin/sh", "-c", "sleep 87654 & sleep 87654", timeout_s=1)
    assert time.monotonic() - begin < 15
    running = subprocess.run(["pgrep", "-f", "^sleep 87654"], capture_output=True, check=False)
    assert running.returncode == 1


def test_a_copy_can_be_changed_and_the_shared_root_stays(debian_root: Callable[..., Root], tmp_path: Path) -> None:
    shared = debian_root("bookworm", "openssh-server")
    mine = shared.copy(tmp_path / "mine")
    (mine.path / "etc/hostname").write_text("changed\n")
    assert (shared.path / "etc/hostname").read_text() != "changed\n"
    assert mine.run("cat", "/etc/hostname").stdout == "changed\n"


def test_each_database_is_empty(postgres_cluster: Cluster) -> None:
    """Tests must not see each other's tables."""
    for _ in range(2):
        with postgres_cluster.database() as url:
            engine = sqlalchemy.create_engine(url)
            with engine.begin() as connection:
                connection.execute(sqlalchemy.text("create table once (id integer primary key)"))
            engine.dispose()


def test_a_database_url_works_on_both_engines(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("select 1")).scalar_one() == 1
    engine.dispose()


def test_a_database_goes_even_while_somebody_is_connected(postgres_cluster: Cluster) -> None:
    """A test that leaks a connection must not break the ones after it."""
    with postgres_cluster.database() as url:
        left_open = psycopg.connect(url.replace("+psycopg", ""))
        name = url.rpartition("/")[2]
    left_open.close()
    assert name not in postgres_cluster.sql("select datname from pg_database")


def test_a_killed_cluster_recovers_what_was_committed(postgres_cluster: Cluster) -> None:
    """Crash tests rely on this: kill -9, start again on the same directory, committed rows are there."""
    base = postgres_cluster.directory.parent
    durable = Cluster(postgres_programs(), base / "durable", settings={}).create().start()
    durable.sql("create table kept (id integer)")
    durable.sql("insert into kept select generate_series(1, 1000)")
    durable.stop(signal.SIGKILL)
    durable.start()
    assert durable.sql("select count(*) from kept") == "1000"
    durable.stop()


class _Metrics(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"# HELP lab_shape A gauge.\n# TYPE lab_shape gauge\nlab_shape 7\n")

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""


def test_prometheus_scrapes_what_it_is_pointed_at(prometheus: Callable[..., Prometheus]) -> None:
    served = HTTPServer(("127.0.0.1", 0), _Metrics)
    thread = Thread(target=served.serve_forever)
    thread.start()
    server = prometheus([f"127.0.0.1:{served.server_address[1]}"])
    assert server.wait_for("lab_shape")[0]["value"][1] == "7"
    served.shutdown()
    thread.join()
    served.server_close()


def test_promtool_tells_clean_metrics_from_sloppy_ones() -> None:
    clean = promtool("check", "metrics", stdin="# HELP a_total x\n# TYPE a_total counter\na_total 1\n")
    assert (clean.returncode, clean.stderr) == (0, "")
    assert promtool("check", "metrics", stdin="# TYPE bad counter\nbad 1\n").returncode == 3


def test_nothing_is_skipped_where_the_laboratory_must_be_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    """CI would otherwise stay green after an archive has moved and every oracle is gone."""
    monkeypatch.delenv(NO_SKIPS, raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs a printer"):
        give_up("needs a printer")
    monkeypatch.setenv(NO_SKIPS, "1")
    with pytest.raises(pytest.fail.Exception, match="needs a printer"):
        give_up("needs a printer")
