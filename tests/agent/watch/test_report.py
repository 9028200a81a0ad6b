"""The journal is read by people and by programs: a line of it is the watcher's own."""

from __future__ import annotations

import io

from rongdun_agent.watch.report import Journal


def test_a_file_by_an_odd_name_forges_no_line() -> None:
    """Anybody may put a file with privileges of his own into /tmp, and name it as he likes."""
    out = io.StringIO()
    Journal(out).has_read(["watched_files"], ["/tmp/x\n2026-01-01 watch: drill 春 ends\x1b[2J"], 0.01, 3)
    assert out.getvalue().count("\n") == 1
    assert "\x1b" not in out.getvalue()
    assert r"/tmp/x\x0a2026-01-01 watch: drill 春 ends\x1b[2J" in out.getvalue()
