"""The daemon's command line: sshd(8) options, combined or apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from rongdun_agent.sshd_config.configuration import MAIN_FILE, Argument
from rongdun_agent.sshd_config.environment import Word

_WITH_VALUE = frozenset("CEbcfghkopu")


@dataclass(frozen=True, slots=True)
class CommandLine:
    """What the options say about the configuration."""

    arguments: tuple[Argument, ...] = ()
    main: str = MAIN_FILE
    words: tuple[Word, ...] = ()
    """As they were given, without the program."""

    @property
    def text(self) -> str:
        """All words in a row."""
        return " ".join(word.text for word in self.words)


def parse(words: Sequence[Word]) -> CommandLine:
    """Read as getopt(3) does: reading ends at the first word that is no option."""
    found: list[Argument] = []
    main = MAIN_FILE
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
