"""Handlers of keywords with one value of a simple kind; the first value wins."""

from rongdun_agent.sshd_config import choices, numbers
from rongdun_agent.sshd_config.choices import Choice
from rongdun_agent.sshd_config.line import Handler, Line
from rongdun_agent.sshd_config.paths import absolute, expanded


def choice(words: Choice) -> Handler:
    """One word of a few, in any case of letters."""

    def handle(line: Line) -> None:
        line.first(chosen(line, words))

    return handle


def chosen(line: Line, words: Choice) -> str:
    """The printed form of the next word."""
    word = line.word()
    if word.lower() not in words:
        line.fail(f'unsupported value "{word}"')
    return words[word.lower()]


flag = choice(choices.FLAG)


def seconds(line: Line) -> None:
    """A time."""
    line.first(_time(line))


def _time(line: Line) -> int:
    word = line.word()
    value = line.time(word)
    if value is None:
        line.fail(f'"{word}" is no time')
    return value


def seconds_or_none(line: Line) -> None:
    """A time, or `none` for 0, which wins even when it comes later."""
    if (line.words.peek() or "").lower() == "none":
        line.word()
        line.last(0)
    else:
        seconds(line)


def number(line: Line) -> None:
    """A whole number."""
    line.first(whole(line))


def whole(line: Line) -> int:
    """The next word as a number from 0 on."""
    word = line.words.take()
    value = numbers.whole_number(word)
    if value is None:
        line.fail("a number is missing" if not word else f'"{word}" is no number')
    return value


def path(line: Line) -> None:
    """A file name: `~` expanded, relative names under the daemon's directory, which is `/`; `none` for nothing."""
    word = line.word()
    if line.active and line.unset:
        line.first(absolute(line, word))
    else:
        line.first(word)


def text(line: Line) -> None:
    """A word as it is."""
    line.first(line.word())


def home_path(line: Line) -> None:
    """A file name that may contain tokens: only `~` is expanded."""
    word = line.word()
    line.first(expanded(line, word) if line.active and line.unset else word)


def command(line: Line) -> None:
    """The rest of the line, quotes and all; it must be an absolute path or `none`."""
    rest = line.rest()
    checked = line.strict or (line.active and line.unset)
    if checked and not rest.startswith("/") and rest.lower() != "none":
        line.fail("must be an absolute path")
    if line.name == "authorized_principals_command" and line.strict and line.build.before(9, 5):
        # these releases look at the wrong setting: the last line wins, and none if AuthorizedKeysCommand was set before
        if line.options.get("authorized_keys_command") is None:
            line.last(rest)
    else:
        line.first(rest)


def rest_of_line(line: Line) -> None:
    """The rest of the line, as it stands."""
    line.first(line.rest())


def ignored(line: Line) -> None:
    """Known, and without effect."""
    line.finished = True
