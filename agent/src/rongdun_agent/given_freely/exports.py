"""exports(5): which directories are given to whom over NFS."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_contract.facts.guest_access import Export

_CLIENT = re.compile(r"([^()]*)(?:\(([^()]*)\))?")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"(\S*)|(\S+)')
_OCTAL = re.compile(r"\\([0-7]{3})")


class Line(NamedTuple):
    """A client of a directory, and where it stands."""

    export: Export
    where: str


def read_exports(host: Host, paths: Iterable[str]) -> tuple[Line, ...]:
    """All clients of all directories; a directory without any is for everyone. Raises `Refused`."""
    files = (path for path in paths if host.is_file(path))
    return tuple(line for path in files for where, text in _logical(host, path) for line in _parse(text, where))


def _logical(host: Host, path: str) -> Iterator[tuple[str, str]]:
    """Lines that belong together, without comments."""
    pending, begun = "", 0
    for number, raw in enumerate(host.lines(path), 1):
        begun = begun if pending else number
        text = pending + raw
        if text.endswith("\\"):
            pending = text[:-1] + " "
            continue
        pending = ""
        text = re.sub(r"(^|\s)#.*", "", text).strip()
        if text:
            yield f"{path}:{begun}", text


def _parse(text: str, where: str) -> Iterator[Line]:
    words = [(match[1] + match[2]) if match[1] is not None else match[3] for match in _WORD.finditer(text)]
    path = _OCTAL.sub(lambda match: chr(int(match[1], 8)), words[0])
    defaults: tuple[str, ...] = ()
    clients = []
    for word in words[1:]:
        if word.startswith("-"):
            defaults = tuple(filter(None, word[1:].split(",")))
            continue
        match = _CLIENT.fullmatch(word)
        name, options = (match[1], match[2]) if match else (word, None)
        clients.append((name, (*defaults, *filter(None, (options or "").split(",")))))
    for name, given in clients or [("", defaults)]:
        export = Export(path=path, client=name or "*", everyone=_everyone(name), options=given)
        yield Line(export, where)


def _everyone(client: str) -> bool:
    return client in ("", "*") or re.fullmatch(r"(0\.0\.0\.0|::)/0(\.0\.0\.0)?", client) is not None
