"""Hosts with ports: where forwarding may lead, and how both are told apart."""

from collections.abc import Iterator

from rongdun_agent.sshd_config.line import Handler, Line

_WHOLE = ("any", "none")


def forwarding_targets(*, bare_port: bool) -> Handler:
    """`host:port` words of the first line, or `any` or `none`; `bare_port` stands for any host."""

    def handle(line: Line) -> None:
        first = line.word()
        if first in _WHOLE and line.build.before(9, 5):
            line.first((first,))
            return
        words = [first, *_further(line)]
        if any(word in _WHOLE for word in words[1:]) and line.build.since(9, 5):
            line.fail("any and none must stand alone")
        line.first(tuple(_target(line, word, bare_port=bare_port) for word in words))

    return handle


def _further(line: Line) -> Iterator[str]:
    while (word := line.words.take()) is not None and (word or line.build.since(9, 5)):
        yield word


def _target(line: Line, word: str, *, bare_port: bool) -> str:
    if word in _WHOLE and line.build.since(9, 5):
        return word
    if bare_port and ":" not in word:
        port, written = word, f"*:{word}"
    else:
        found, written = split_host_port(line, word)[1], word
        port = found or ""
    if port != "*" and line.port(port) is None:
        line.fail(f'"{word}": bad port')
    return written


def split_host_port(line: Line, word: str) -> tuple[str, str | None]:
    """Host without brackets, and the port behind it if there is one."""
    if word.startswith("["):
        closing = word.find("]")
        if closing < 0:
            line.fail(f'"{word}": the bracket is not closed')
        host, rest = word[: closing + 1], word[closing + 1 :]
        if rest[:1] not in ("", ":"):
            line.fail(f'"{word}": host and port are not joined by a colon')
    else:
        cut = next((at for at, char in enumerate(word) if char in ":/"), len(word))
        host, rest = word[:cut], word[cut:]
        if rest.startswith("/"):
            line.fail(f'"{word}": host and port are not joined by a colon')
    port = rest[1:] if rest else None
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host, port
