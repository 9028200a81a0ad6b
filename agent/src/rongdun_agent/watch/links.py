"""Symlinks on the way to a directory: one that is turned to somewhere else makes another directory count."""

import posixpath
from collections.abc import Iterator

from rongdun_agent.host import Host, HostError

_MOST_LINKS = 40
"""As many as the kernel follows."""


class Links:
    """Links of one moment; what several paths share is asked for once."""

    def __init__(self, host: Host) -> None:
        """Nothing is asked yet."""
        self._host = host
        self._texts: dict[str, str | None] = {}

    def on_the_way_to(self, path: str) -> Iterator[tuple[str, str]]:
        """Directory and name of every symlink that is followed; the directory's own path has none."""
        here, rest, followed = "/", path.split("/")[::-1], 0
        while rest and followed < _MOST_LINKS:
            name = rest.pop()
            if name in {"", "."}:
                continue
            there = posixpath.dirname(here) if name == ".." else posixpath.join(here, name)
            text = None if name == ".." else self._text(there)
            if text is None:
                here = there
                continue
            yield here, name
            followed += 1
            here = "/" if text.startswith("/") else here
            rest += text.split("/")[::-1]

    def _text(self, path: str) -> str | None:
        if path not in self._texts:
            try:
                self._texts[path] = self._host.readlink(path)
            except HostError:
                self._texts[path] = None
        return self._texts[path]
