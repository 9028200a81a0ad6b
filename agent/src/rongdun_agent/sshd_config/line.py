"""One statement while it is being carried out, and what its handler may ask and do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.names import Names
from rongdun_agent.sshd_config.numbers import port_number, seconds
from rongdun_agent.sshd_config.options import ConfigError, Options
from rongdun_agent.sshd_config.words import SPACE, NewWords, OldWords


class BadLine(Exception):
    """The daemon complains and reads on, and gives up at the end of the file."""


@dataclass(slots=True)
class Line:
    """`active` is false where the statement is only checked: inside a Match block that does not apply."""

    name: str
    """The setting it speaks of."""
    words: OldWords | NewWords
    where: str
    active: bool
    options: Options
    build: Build
    names: Names
    finished: bool = False
    """What is left on the line is of no interest."""

    def fail(self, what: str) -> NoReturn:
        """The daemon would end here."""
        raise ConfigError(self.where, what)

    def word(self) -> str:
        """The next word, which must not be missing or empty."""
        word = self.words.take()
        if not word:
            self.fail("an argument is missing")
        return word

    def rest(self) -> str:
        """The rest of the line as it stands, which must not be missing."""
        text = self.words.remainder
        if not text:
            self.fail("an argument is missing")
        self.finished = True
        return (text or "").lstrip(SPACE)

    def time(self, word: str) -> int | None:
        """Seconds, as this release reads them."""
        return seconds(word, signs=self.build.before(9, 8), wraps=self.build.before(8, 7))

    def port(self, word: str) -> int | None:
        """A port by number, or by its name in services(5)."""
        number = port_number(word)
        return self.names.service_port(word) if number is None else number

    def all_words(self) -> tuple[str, ...]:
        """All words; since OpenSSH 9.5 there must be one."""
        words = tuple(self.words)
        if not words and self.build.since(9, 5):
            self.fail("an argument is missing")
        return words

    @property
    def strict(self) -> bool:
        """The stricter dialect of OpenSSH 8.7."""
        return isinstance(self.words, NewWords)

    def first(self, value: object, name: str = "") -> None:
        """The first value wins."""
        if self.active:
            self.options.first(name or self.name, value, self.where)

    def last(self, value: object) -> None:
        """The last value wins."""
        if self.active:
            self.options.last(self.name, value, self.where)

    def add(self, values: tuple[str, ...]) -> None:
        """Values add up."""
        if self.active:
            self.options.add(self.name, values, self.where)

    @property
    def unset(self) -> bool:
        """Nothing spoke of this setting before."""
        return self.options.get(self.name) is None


Handler = Callable[[Line], None]
