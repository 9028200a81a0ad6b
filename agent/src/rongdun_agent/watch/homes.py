"""What is watched below the homes of accounts: keys that let somebody in, and files by which code runs by itself."""

import re
from collections.abc import Iterator

from rongdun_agent.host import Host, HostError
from rongdun_agent.local_accounts.homes import TRUST_FILES, key_paths
from rongdun_agent.local_accounts.key_files import key_files
from rongdun_agent.local_accounts.lines import parse_passwd
from rongdun_agent.probes import sshd
from rongdun_agent.watch.pattern import Pattern
from rongdun_agent.watched_places import HOME_HOOKS, homes
from rongdun_contract.facts import Unknown

_PATTERN = re.compile(r"[*?\[]")


def key_places(host: Host) -> Iterator[Pattern]:
    """Wherever sshd looks for keys, and the files in a home that make it trust other hosts; of every account."""
    patterns = key_files(host, sshd.probe)
    for entry in parse_passwd("", _lines(host)).entries:
        if _PATTERN.search(entry.home):
            continue
        places = () if isinstance(patterns, Unknown) else key_paths(entry, patterns)
        yield from (Pattern(place) for place in places if not _PATTERN.search(place))
        if entry.home.startswith("/"):
            home = entry.home.rstrip("/")
            yield from (Pattern(f"{home}/{name}") for name in (".ssh/*", *TRUST_FILES))


def watched_homes(host: Host) -> Iterator[Pattern]:
    """The homes themselves, and the hooks below them."""
    try:
        found = [home for home in homes(host) if not _PATTERN.search(home)]
    except HostError:
        return
    for home in found:
        yield Pattern(f"{home}/*", contents=False)
        yield from (Pattern(f"{home}/{pattern}") for _, patterns in HOME_HOOKS for pattern in patterns)


def _lines(host: Host) -> tuple[str, ...]:
    try:
        return host.lines("/etc/passwd")
    except HostError:
        return ()
