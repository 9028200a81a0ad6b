"""Handlers of keywords with several values: some add up over lines, of others the first line wins."""

from collections.abc import Iterator

from rongdun_agent.sshd_config import addresses
from rongdun_agent.sshd_config.line import BadLine, Handler, Line
from rongdun_agent.sshd_config.paths import absolute, expanded

_WHOLE = ("any", "none")


def users(line: Line) -> None:
    """Patterns of users, each with an optional `@host`; lines add up."""
    found = line.all_words()
    for word in found:
        if not word or not _user_pattern(word, line):
            line.fail(f'"{word}" is no pattern of users')
    line.add(found)


def _user_pattern(word: str, line: Line) -> bool:
    _, at, host = word.partition("@")
    return not at or addresses.well_formed(host, line.build)


def groups(line: Line) -> None:
    """Patterns of groups; lines add up."""
    found = line.all_words()
    if "" in found:
        line.fail("an empty pattern of groups")
    line.add(found)


def accepted_environment(line: Line) -> None:
    """Patterns of variables; lines add up."""
    found = line.all_words()
    for word in found:
        if not word or "=" in word:
            line.fail(f'"{word}" is no name of a variable')
    line.add(found)


def set_environment(line: Line) -> None:
    """`NAME=value` words of the first line; of a name that comes twice, since 8.7 the first value."""
    found: list[str] = []
    # before 8.7 this keyword alone did not cut words at `=`
    while (word := line.words.take(equals=False)) is not None and (word or line.strict):
        if "=" not in word:
            line.fail(f'"{word}" is no NAME=value')
        found.append(word)
    if not found and line.build.since(9, 5):
        line.fail("an argument is missing")
    if found:
        line.first(tuple(_once(found)) if line.strict else tuple(found))


def _once(assignments: list[str]) -> list[str]:
    by_name: dict[str, str] = {}
    for assignment in assignments:
        by_name.setdefault(assignment.partition("=")[0], assignment)
    return list(by_name.values())


def key_files(line: Line) -> None:
    """File names with tokens, of the first line."""
    if not line.strict and not (line.active and line.unset):
        line.finished = True
        return
    found = line.all_words()
    if "" in found:
        raise BadLine("an empty argument")
    names = tuple(expanded(line, word) for word in found)
    line.finished = not line.strict
    if names:
        line.first(names)


def verbose_places(line: Line) -> None:
    """Patterns of source places, of the first line; `none` must stand alone."""
    found = line.all_words()
    if "" in found:
        raise BadLine("an empty argument")
    _alone("none", found)
    if found:
        line.first(found)


def channel_timeouts(line: Line) -> None:
    """`type=time` words of the first line; `none` must stand alone (before OpenSSH 9.5 it could come last)."""
    found = line.all_words()
    _alone("none", found if line.build.since(9, 5) or "none" in (word.lower() for word in found[:-1]) else ())
    for word in found:
        kind, equals, time = word.partition("=")
        if word.lower() != "none" and (not kind or not equals or line.time(time) is None):
            line.fail(f'"{word}" is no TYPE=time')
    if found:
        line.first(found)


def _alone(word: str, words: tuple[str, ...]) -> None:
    if len(words) > 1 and word in (other.lower() for other in words):
        raise BadLine(f'"{word}" must stand alone')


def host_files(line: Line) -> None:
    """One file name per line; lines add up. A relative name lies under `/`."""
    word = line.word()
    if line.active:
        line.add((absolute(line, word),))


def key_options(line: Line) -> None:
    """Flags in a fixed order, of the first line."""
    found = {word.lower() for word in line.words} - {"none"}
    known = ("touch-required", "verify-required")
    if not found <= set(known):
        raise BadLine(f'unsupported options "{" ".join(sorted(found))}"')
    line.first(tuple(word for word in known if word in found))


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
