"""Handlers of keywords with several values: some add up over lines, of others the first line wins."""

from rongdun_agent.sshd_config import addresses
from rongdun_agent.sshd_config.line import BadLine, Line
from rongdun_agent.sshd_config.paths import absolute, expanded


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
