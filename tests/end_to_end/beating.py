"""An agent whose only fact counts up, for tests that kill it: `python -m tests.end_to_end.beating STATE URL`.

The count goes on from what the spool holds, so a killed one goes on exactly where it was.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from rongdun_agent.collector_client import Client
from rongdun_agent.errors import AgentError
from rongdun_agent.push import push
from rongdun_agent.spool import Spool
from rongdun_agent.state import State
from rongdun_contract.documents import Section, canonical_json, digest, section_of
from rongdun_contract.wire import Health

SECTION = "sysctl"


def section_number(count: int) -> Section:
    """The section of the state with that number."""
    parameters = {f"kernel.count{n}": {"running": str(count)} for n in range(50)}
    return section_of(1, {"parameters": parameters}, {"": {"where": "/proc/sys"}})


def facts_digest(count: int) -> str:
    """What the collector's history must show for it."""
    return digest(canonical_json(section_number(count).facts))


def next_count(spool: Spool) -> int:
    """One more than the newest state that was recorded."""
    row = spool._db.execute("SELECT sequence FROM entry ORDER BY sequence DESC LIMIT 1").fetchone()
    if row is None:
        return 1
    of = next(spool._entries("WHERE sequence = ?", (row[0],))).manifest
    data = json.loads(spool.document(of[SECTION]["facts"]) or b"{}")
    return int(data["parameters"]["kernel.count0"]["running"]) + 1


def beat(state: State, url: str, until: int) -> None:
    """Record states up to `until`, pushing after each; a collector that is away is no reason to stop."""
    credential = state.credential()
    assert credential is not None
    spool = Spool(state.spool_path)
    while (count := next_count(spool)) <= until:
        spool.record({SECTION: section_number(count)}, datetime.now(UTC))
        _push(spool, url, credential.secret)
    while spool.count():
        _push(spool, url, credential.secret)
    print("done", flush=True)


def _push(spool: Spool, url: str, secret: str) -> None:
    client = Client(url, secret=secret, timeout_s=5)
    try:
        push(spool, client, Health(agent="test"), probes_changed=False)
    except AgentError as error:
        print(error, flush=True)
        time.sleep(0.02)  # while the collector is away, states pile up by the dozen, not by the thousand
    finally:
        client.close()


if __name__ == "__main__":
    beat(State(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3]))
