"""What the programs of a Debian root say about their algorithms: the origin of the agent's table.

`python -m tests.lab.sshd_algorithms DIR…` prints the lists of unpacked roots as the table has them.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

from tests.lab.roots import Root

_WIDTH = 100
_KINDS = {
    "ciphers": ("ciphers", "cipher"),
    "macs": ("macs", "mac"),
    "kex_algorithms": ("kexalgorithms", "kex"),
    "gssapi_kex_algorithms": ("gssapikexalgorithms", "kex-gss"),
}
_BY_WILDCARD = {"keys": "HostKeyAlgorithms", "signatures": "CASignatureAlgorithms"}


def measure(root: Root) -> Mapping[str, tuple[str, str]]:
    """By kind of list: the default, and everything that the program can do, both comma-separated."""
    plain = _settings(root, "")
    found = {
        kind: (plain[keyword], ",".join(root.run("/usr/bin/ssh", "-Q", query).stdout.split()))
        for kind, (keyword, query) in _KINDS.items()
    }
    for kind, keyword in _BY_WILDCARD.items():
        found[kind] = (plain[keyword.lower()], _settings(root, f"{keyword} *")[keyword.lower()])
    return found


def _settings(root: Root, line: str) -> Mapping[str, str]:
    script = (
        'mount -t tmpfs tmpfs /run && mkdir /run/sshd && printf "%s\\n" "$1" >/run/c && /usr/sbin/sshd -T -f /run/c'
    )
    said = root.run("/bin/sh", "-c", script, "sh", line).stdout
    return {keyword: value for keyword, _, value in (text.partition(" ") for text in said.splitlines())}


def _table(root: Root) -> str:
    rows = []
    for kind, lists in measure(root).items():
        texts = (
            textwrap.indent(textwrap.fill(names.replace(",", " "), _WIDTH, break_on_hyphens=False), " " * 12)
            for names in lists
        )
        rows.append("\n".join((f'        "{kind}": _lists(', *(_literal(text) for text in texts), "        ),")))
    return "\n".join(rows)


def _literal(text: str) -> str:
    return f'            """\n{text}\n            """,'


if __name__ == "__main__":
    for directory in sys.argv[1:]:
        print(f"# {directory}\n{_table(Root('bookworm', Path(directory)))}")
