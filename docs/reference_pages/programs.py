"""Every program that the agent may execute, from the host door's table."""

from docs.reference_pages.mark import MADE
from rongdun_agent.host.commands import COMMANDS

_AGENT_PROGRAMS = f"""# What the agent executes

{MADE}
Everything else is read from files, /proc, /sys and netlink. These run where they are installed and a kernel table
cannot be read otherwise: fixed arguments, the first of these places that exists, a clean environment, a time and a size
limit. Nothing from a rule, a collector or a configuration ever reaches a command line.

Where `[weak_passwords]` or `--weak-passwords` asks for it, the agent also starts its own interpreter with a file of its
own (`host/guesser.py`), once for each hash: it reads the hash and the words from a pipe, asks libcrypt, and answers yes
or no.

| program | arguments | at most |
| --- | --- | --- |
"""


def agent_programs() -> str:
    """Every program that the host door may run."""
    rows = (
        f"| {', '.join(f'`{path}`' for path in one.programs)} | {' '.join(one.arguments) or 'none'} "
        f"| {one.timeout_s:.0f} s, {one.limit_bytes // 2**20} MiB |"
        for one in COMMANDS.values()
    )
    return _AGENT_PROGRAMS + "\n".join(rows) + "\n"
