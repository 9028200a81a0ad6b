"""Split rsyslog's configuration into statements: directives, objects, rules; includes are followed in place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from rongdun_agent.host import Host

MAIN = "/etc/rsyslog.conf"
_DEEPEST = 10
_OBJECT = re.compile(r"[a-z_]+\s*\(", re.IGNORECASE)
_PARAMETER = re.compile(r"([A-Za-z.]+)\s*=\s*\"((?:[^\"\\]|\\.)*)\"")
_SELECTOR_TEXT = r"(?P<selector>[\w*][\w*,.;!= ]*?[\w*])"
_SELECTOR = re.compile(_SELECTOR_TEXT + r"\s+(?P<action>\S.*)")
_BLOCK = re.compile(_SELECTOR_TEXT + r"\s+\{")
_ACTIONS = ("/", "-/", "?", "-?", "@", "|", "^", ":om")
_BLOCKS = frozenset(("ruleset", "template", "lookup_table"))
Kind = Literal["directive", "object", "rule", "conditional"]


@dataclass(frozen=True, slots=True)
class Statement:
    """`name` is a directive's or object's name in lower case, or a rule's selector (`""` for `&`)."""

    kind: Kind
    name: str
    value: str
    where: str
    parameters: dict[str, str] = field(default_factory=dict)
    body: tuple["Statement", ...] = ()


def read_statements(host: Host) -> tuple[Statement, ...]:
    """All statements of the main file and of what it includes, in order."""
    return tuple(_read(host, MAIN, 0))


def _read(host: Host, path: str, depth: int) -> Iterator[Statement]:
    text = host.read_text(path)
    if text is None or depth > _DEEPEST:
        return
    for statement in _Reader(text, path).statements():
        pattern = _included(statement)
        if pattern is None:
            yield statement
            continue
        places = host.glob(pattern)
        if len(places) == 1 and host.is_dir(places[0]):
            places = host.glob(pattern.rstrip("/") + "/*")
        for place in places:
            yield from _read(host, place, depth + 1)


def _included(statement: Statement) -> str | None:
    if statement.kind == "directive" and statement.name == "$includeconfig":
        return statement.value
    if statement.kind == "object" and statement.name == "include":
        return statement.parameters.get("file")
    return None


class _Reader:
    """One file, from its first character to its last."""

    def __init__(self, text: str, path: str) -> None:
        self._text, self._path, self._at = _without_comments(text.replace("\r\n", "\n")), path, 0

    def statements(self) -> Iterator[Statement]:
        """Statements up to the end of the text, or to the brace that closes this block."""
        while self._skip_space():
            if self._text[self._at] == "}":
                self._at += 1
                return
            yield self._statement()

    def _statement(self) -> Statement:
        where = f"{self._path}:{self._text.count(chr(10), 0, self._at) + 1}"
        rest = self._text[self._at :]
        if rest.startswith("$"):
            name, _, value = self._line().partition(" ")
            return Statement("directive", name.lower(), value.strip(), where)
        if rest.startswith(("if ", "if(")):
            return self._conditional(where)
        if _OBJECT.match(rest):
            return self._object(where)
        return self._rule(where)

    def _object(self, where: str) -> Statement:
        name = self._until("(").strip().lower()
        inside = self._balanced("(", ")")
        parameters = {key.lower(): value for key, value in _PARAMETER.findall(inside)}
        body: tuple[Statement, ...] = ()
        if name in _BLOCKS and self._skip_space() and self._text[self._at] == "{":
            self._at += 1
            body = tuple(self.statements())
        return Statement("object", name, inside, where, parameters, body)

    def _conditional(self, where: str) -> Statement:
        """`if … then …` with an optional `else`; a block, or one statement."""
        condition = self._until("then")
        body = self._branch()
        if self._skip_space() and self._text.startswith("else", self._at):
            self._at += len("else")
            body += self._branch()
        return Statement("conditional", "if", condition, where, body=body)

    def _branch(self) -> tuple[Statement, ...]:
        if not self._skip_space():
            return ()
        if self._text[self._at] == "{":
            self._at += 1
            return tuple(self.statements())
        return (self._statement(),)

    def _rule(self, where: str) -> Statement:
        block = _BLOCK.match(self._text, self._at)
        if block:
            self._at = block.end()
            return Statement("rule", _squeezed(block["selector"]), "{", where, body=tuple(self.statements()))
        line = self._line()
        return self._without_selector(line, where) or self._with_selector(line, where)

    def _without_selector(self, line: str, where: str) -> Statement | None:
        """An action for all that gets here, for what the rule before took (`&`), or under a condition."""
        if line.startswith(_ACTIONS):
            return Statement("rule", "*.*", line, where)
        if line.startswith(":"):
            return Statement("conditional", "property", line, where)
        if line in ("stop", "~", "&~", "& ~"):
            return Statement("rule", "" if line.startswith("&") else "*.*", "stop", where)
        return Statement("rule", "", line[1:].strip(), where) if line.startswith("&") else None

    def _with_selector(self, line: str, where: str) -> Statement:
        match = _SELECTOR.fullmatch(line)
        if match is None:
            return Statement("conditional", "unclear", line, where)
        action = match["action"]
        if _OBJECT.match(action):
            action = self._rest_of_object(action)
        return Statement("rule", _squeezed(match["selector"]), action, where, dict_of(action))

    def _rest_of_object(self, begun: str) -> str:
        """An action(...) that goes on in the next lines."""
        while begun.count("(") > begun.count(")") and self._skip_space():
            begun += " " + self._line()
        return begun

    def _line(self) -> str:
        """The rest of the line, joined with the next ones at closing backslashes."""
        parts = []
        while self._at < len(self._text):
            end = self._text.find("\n", self._at)
            end = len(self._text) if end < 0 else end
            part = self._text[self._at : end]
            self._at = min(end + 1, len(self._text))
            if not part.rstrip().endswith("\\"):
                parts.append(part)
                break
            parts.append(part.rstrip()[:-1])
        return "".join(parts).strip()

    def _until(self, mark: str) -> str:
        end = self._text.find(mark, self._at)
        end = len(self._text) if end < 0 else end
        found = self._text[self._at : end]
        self._at = min(end + (0 if mark == "(" else len(mark)), len(self._text))
        return found

    def _balanced(self, opening: str, closing: str) -> str:
        depth, start, quoted = 0, self._at, False
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            if char == '"' and self._text[self._at - 2] != "\\":
                quoted = not quoted
            elif not quoted:
                depth += (char == opening) - (char == closing)
                if depth == 0:
                    break
        return self._text[start + 1 : self._at - 1]

    def _skip_space(self) -> bool:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at < len(self._text)


def _squeezed(selector: str) -> str:
    return selector.replace(" ", "")


def dict_of(action: str) -> dict[str, str]:
    """The parameters of an `action(...)`."""
    return {key.lower(): value for key, value in _PARAMETER.findall(action)} if _OBJECT.match(action) else {}


def _without_comments(text: str) -> str:
    """Comments become blank, lines stay where they are; quoted `#` and `/*` are text."""
    out, at, quoted = [], 0, False
    while at < len(text):
        if text[at] == '"' and (at == 0 or text[at - 1] != "\\"):
            quoted = not quoted
        if text[at] == "\n":
            quoted = False
        if not quoted and text[at] == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        if not quoted and text.startswith("/*", at) and (at == 0 or text[at - 1].isspace()):
            end = text.find("*/", at + 2)
            end = len(text) if end < 0 else end + 2
            out.append("\n" * text.count("\n", at, end))
            at = end
            continue
        out.append(text[at])
        at += 1
    return "".join(out)
