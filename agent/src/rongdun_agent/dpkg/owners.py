"""Which package a file came with, by the file lists that dpkg keeps (what `dpkg -S` says, without dpkg)."""

import re
from collections.abc import Collection, Iterable, Mapping

from rongdun_agent.dpkg.status import INFO
from rongdun_agent.host import Host, as_bytes

_LIMIT = 64 << 20
_LIKELY = 6
_WORD = re.compile(r"[a-z]{3,}")
_EVERYWHERE = frozenset({"usr", "bin", "sbin", "lib", "libexec", "local", "opt", "share", "linux", "gnu", "server"})


def owners(host: Host, files: Mapping[str, Collection[str]]) -> dict[str, str]:
    """File to package, for those files of which a package's list has one of the spellings given.

    The lists of 900 packages are 8 MB: those whose package sounds like the path come first; most searches end there.
    """
    lists = tuple(name for name in host.list_dir(INFO) if name.endswith(".list"))
    found: dict[str, str] = {}
    for file, spellings in files.items():
        found |= _search(host, _likely(file, lists), {file: spellings})
    return found | _search(host, lists, {file: files[file] for file in files if file not in found})


def _search(host: Host, lists: Iterable[str], files: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Read lists until every file has its package; a list begins with `/.`, so no path is in its first line."""
    wanted = {file: [b"\n" + as_bytes(path) + b"\n" for path in spellings] for file, spellings in files.items()}
    found: dict[str, str] = {}
    for name in lists:
        if not wanted:
            break
        content = host.read_bytes(f"{INFO}/{name}", limit=_LIMIT) or b""
        for file in [file for file, lines in wanted.items() if any(line in content for line in lines)]:
            found[file] = name.removesuffix(".list").partition(":")[0]
            del wanted[file]
    return found


def _likely(path: str, lists: Collection[str]) -> list[str]:
    """The few lists whose package shares most letters with the path's words: sshd sounds like openssh-server."""
    name = path.rpartition("/")[2].lower()
    words = {name, *(word.removesuffix("d") for word in _WORD.findall(path.lower()))} - _EVERYWHERE
    scores = ((sum(len(word) for word in words if word in name), name) for name in lists)
    return [name for score, name in sorted(scores, key=lambda s: (-s[0], len(s[1]), s[1]))[:_LIKELY] if score]
