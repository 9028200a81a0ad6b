"""The daemon's command line: sshd(8) options, combined or apart."""

from collections.abc import Sequence
from typing import NamedTuple

from rongdun_agent.sshd_config import numbers
from rongdun_agent.sshd_config.environment import Word
from rongdun_agent.sshd_config.options import ConfigError
from rongdun_agent.sshd_config.passes import Pass

_WITH_VALUE = frozenset("CEbcfghkopu")


class Argument(NamedTuple):
    """An option of the daemon's command line, and where that line is written."""

    flag: str
    """One letter: `o`, `p`, `h`, `c`, `g`, `4`, `6`, `d`, `q`."""
    value: str
    where: str


class CommandLine(NamedTuple):
    """What the options say about the configuration."""

    arguments: tuple[Argument, ...] = ()
    main: str | None = None
    """The configuration file, where it is not the one that the program looks for by itself."""
    words: tuple[Word, ...] = ()
    """As they were given, without the program."""

    @property
    def text(self) -> str:
        """All words in a row."""
        return " ".join(word.text for word in self.words)


def parse(words: Sequence[Word]) -> CommandLine:
    """Read as getopt(3) does: reading ends at the first word that is no option."""
    found: list[Argument] = []
    main: str | None = None
    queue = list(words)
    while queue:
        text, where = queue.pop(0)
        if not text.startswith("-") or text in ("-", "--"):
            break
        letters = text[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            value = ""
            if letter in _WITH_VALUE:
                value = letters or (queue.pop(0).text if queue else "")
                letters = ""
            if letter == "f":
                main = value if value.startswith("/") or value.lower() == "none" else f"/{value}"
            else:
                found.append(Argument(letter, value, where))
    return CommandLine(tuple(found), main, tuple(words))


def apply(reading: Pass, argument: Argument) -> None:
    """Carry out one option, before any file is read."""
    options, where = reading.options, argument.where
    if argument.flag == "o":
        reading.command_line(argument.value, where)
    elif argument.flag == "p":
        if numbers.port_number(argument.value) is None:
            raise ConfigError(where, f'"{argument.value}" is no port')
        options.add("port", (argument.value,), where)
        options.last("port.fixed", value=True, where=where)
    elif argument.flag in "46":
        options.last("address_family", "inet" if argument.flag == "4" else "inet6", where)
    elif argument.flag in "hc":
        path = argument.value if argument.value.startswith("/") else f"//{argument.value}"
        options.add("host_key" if argument.flag == "h" else "host_certificate", (path,), where)
    elif argument.flag == "g":
        seconds = numbers.seconds(argument.value, signs=reading.build.before(9, 8))
        if seconds is None:
            raise ConfigError(where, f'"{argument.value}" is no time')
        options.last("login_grace_time", seconds, where)
    elif argument.flag in "dq":
        options.last("log_level", "SILENT" if argument.flag == "q" else "DEBUG", where)
