"""Random configurations from a seed: mostly sensible, now and then wrong, with includes and Match blocks."""

from __future__ import annotations

import itertools
import re
from random import Random

from tests.agent.probes.sshd_inputs import MAIN, NOBODY
from tests.agent.probes.sshd_vocabulary import ANYWHERE, CRITERIA, GLOBAL, INCLUDES, NEWER, WRONG
from tests.lab.sshd_oracle import Question

_VALUE = re.compile(r"\{([^}]*)\}|(\"[^\"]*\"\S*|'[^']*'\S*|\S+)")
_WORDS = {"user": ("alice", "bob", "root", "daemon", "nosuch"), "host": ("h1.example.com", "other")}
_PLACES = {"addr": ("10.1.1.1", "192.168.1.7", "::1", "2001:db8::5"), "laddr": ("127.0.0.1", "10.0.0.9")}
_ALL = {**_WORDS, **_PLACES, "lport": ("22", "2222")}
CONNECTIONS = tuple(dict(zip(_ALL, values, strict=True)) for values in itertools.product(*_ALL.values()))


def questions(seed: int, count: int) -> list[Question]:
    """Return as many configurations, each with one connection or with the question for the globals."""
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    return [_Writer(random).question() for _ in range(count)]


class _Writer:
    """One configuration in the making; `daring` is how often a line is wrong."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.daring = random.choice((0.0, 0.0, 0.02, 0.2))

    def question(self) -> Question:
        files = {MAIN: self.file(0)}
        for name in "abc":
            if self.random.random() < 0.6:
                files[f"/etc/ssh/sshd_config.d/{name}.conf"] = self.file(self.random.choice((1, 1, 2)))
        connection = None if self.random.random() < 0.1 else self.random.choice(CONNECTIONS)
        if connection is None and "localport" in "".join(files.values()).lower():
            connection = NOBODY
        return Question(files, connection)

    def file(self, depth: int) -> str:
        lines: list[str] = []
        inside = False
        for _ in range(self.random.randint(1, 8)):
            chance = self.random.random()
            if chance < 0.22:
                lines.append(self.match())
                inside = True
            elif chance < 0.32 and depth < 2:
                lines.append(f"Include {self.random.choice(INCLUDES)}")
            elif chance < 0.38:
                lines.append(self.random.choice(("# comment", "", "  # PermitRootLogin yes", "\t", "\r")))
            else:
                lines.append(self.setting(inside=inside))
        return self.random.choice(("\n", "\n", "\n", "\r\n")).join(lines) + self.random.choice(("\n", "\n", ""))

    def setting(self, *, inside: bool) -> str:
        chance = self.random.random()
        known = ANYWHERE if inside else {**ANYWHERE, **GLOBAL}
        if chance < self.daring:
            known = {**known, **GLOBAL, **WRONG}
        elif chance < self.daring + 0.03:
            known = NEWER
        keyword = self.random.choice(sorted(known))
        value = self.value(known[keyword])
        if self.random.random() < 0.05 and not set(" \"'") & set(value):
            value = f'"{value}"'
        written = self.random.choice((keyword, keyword, keyword, keyword.lower(), keyword.upper()))
        between = self.random.choice((" ", " ", " ", "\t", "  ", "=", " = ", " =", "= "))
        behind = self.random.choice((" # c", "\t# x y", " ", "\t", "\r", " \f")) if self.random.random() < 0.1 else ""
        return f"{self.random.choice(('', '', '    ', chr(9)))}{written}{between}{value}{behind}"

    def match(self) -> str:
        if self.random.random() < 0.12:
            return self.random.choice(("Match all", "Match ALL", "match  all # x"))
        count = self.random.randint(1, 2)
        return "Match " + " ".join(self.criterion() for _ in range(count))

    def criterion(self) -> str:
        kind = self.random.choice(sorted(CRITERIA))
        between = self.random.choice((" ", " ", "=", "\t"))
        return f"{self.random.choice((kind, kind.lower()))}{between}{self.value(CRITERIA[kind])}"

    def value(self, values: str) -> str:
        found = [several or one for several, one in _VALUE.findall(values)]
        return self.random.choice(found)
