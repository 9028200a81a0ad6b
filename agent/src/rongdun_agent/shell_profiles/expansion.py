"""Words to texts: quotes, variables, and the few commands whose output is known without running them."""

import re
from collections.abc import Callable
from fnmatch import translate
from typing import NamedTuple

from rongdun_agent.shell_profiles.tokens import end_of_part
from rongdun_agent.shell_profiles.world import World

Substitute = Callable[[str, World], str | None]
"""The output of a command's text, `None` when it is not known."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACED = re.compile(r"\{(#?)([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[-?$!@*#])(?:(:?[-=+?]|##?|%%?)(.*))?\}", re.DOTALL)
_GLOB = re.compile(r"[*?\[\]\\]")
_ANSI_ESCAPE, _BACKQUOTE_ESCAPE = re.compile(r"\\(.)"), re.compile(r"\\([`$\\])")
_ANSI = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}


class Part(NamedTuple):
    """A piece of an expanded word; `None` when it is not known. `quoted` pieces are neither split nor patterns."""

    text: str | None
    quoted: bool


class Expander:
    """Expands words in a world."""

    def __init__(self, substitute: Substitute) -> None:
        """`substitute` answers for command substitutions."""
        self._substitute = substitute

    def text(self, word: str, world: World) -> str | None:
        """A word as one text, as in an assignment or between double quotes."""
        return _joined(self._parts(word, world))

    def fields(self, word: str, world: World) -> list[str] | None:
        """The arguments that a word becomes, split where blanks stand in unquoted substitutions."""
        parts = self._parts(word, world)
        whole = _joined(parts)
        if whole is None:
            return None
        if all(part.quoted or part.text == word for part in parts):
            return [whole]
        if not any(part.quoted for part in parts):
            return whole.split()
        return [whole]

    def pattern(self, word: str, world: World) -> re.Pattern[str] | None:
        """A pattern of `case` or `[[`; quoted pieces stand for themselves."""
        parts = self._parts(word, world)
        if any(part.text is None for part in parts):
            return None
        shape = "".join(_GLOB.sub(r"[\g<0>]", part.text or "") if part.quoted else part.text or "" for part in parts)
        return compiled(shape)

    def _parts(self, word: str, world: World, *, quoted: bool = False) -> list[Part]:
        parts: list[Part] = []
        at = 0
        if word.startswith("~") and not quoted and (word == "~" or word.startswith("~/")):
            parts.append(Part(world.get("HOME").value, quoted=True))
            at = 1
        plain = at
        while at < len(word):
            char = word[at]
            if char not in ("\\$`" if quoted else "\\$`'\""):
                at += 1
                continue
            if plain < at:
                parts.append(Part(word[plain:at], quoted))
            end = self._end(word, at, quoted=quoted)
            parts += self._special(word[at:end], world, quoted=quoted)
            at = plain = end
        if plain < len(word):
            parts.append(Part(word[plain:], quoted))
        return parts

    def _end(self, word: str, at: int, *, quoted: bool) -> int:
        if word[at] == "$":
            if quoted and word[at + 1 : at + 2] == "'":
                return at + 1
            name = _NAME.match(word, at + 1)
            if name:
                return name.end()
            if word[at + 1 : at + 2] in tuple("0123456789@*#?-$!"):
                return at + 2
        return end_of_part(word, at)

    def _special(self, piece: str, world: World, *, quoted: bool) -> list[Part]:
        """The pieces that one quoted string, escape or substitution becomes."""
        match piece[0], piece[1:2]:
            case "'", _:
                text: str | None = piece[1:-1]
                return [Part(text, quoted=True)]
            case '"', _:
                return self._parts(piece[1:-1], world, quoted=True) or [Part("", quoted=True)]
            case "\\", escaped:
                kept = "\\" if quoted and escaped not in ("$", "`", '"', "\\", "\n") else ""
                return [Part("" if escaped == "\n" else kept + escaped, quoted=True)]
            case "$", "'":
                return [Part(_ANSI_ESCAPE.sub(lambda match: _ANSI.get(match[1], match[0]), piece[2:-1]), quoted=True)]
            case "`", _:
                text = self._substitute(_BACKQUOTE_ESCAPE.sub(r"\1", piece[1:-1]), world)
            case "$", "(" if not piece.startswith("$(("):
                text = self._substitute(piece[2:-1], world)
            case _:
                text = "$" if piece == "$" else self._parameter(piece[1:], world)
        return [Part(text, quoted)]

    def _parameter(self, text: str, world: World) -> str | None:
        """`$name`, `${name}` and the forms with an alternative or a pattern; none when we do not know the form."""
        match = _BRACED.fullmatch(text)
        if match is None:
            return self._value(text, world)[0] if not text.startswith(("{", "(")) else None
        length, name, operator, word = match.groups()
        value, is_set = self._value(name, world)
        if length:
            return None if value is None or operator else str(len(value))
        if operator is None:
            return value
        if operator[0] in "#%":
            return self._trimmed(value, operator, word, world)
        return self._alternative(value, operator, word, world, is_set=is_set)

    def _alternative(
        self, value: str | None, operator: str, word: str, world: World, *, is_set: bool | None
    ) -> str | None:
        present: bool | None = is_set
        if operator.startswith(":") and is_set is not False:
            present = None if value is None else value != ""
        if present is None:
            return None
        if operator.endswith("+"):
            return self.text(word, world) if present else ""
        return value if present else self.text(word, world)

    def _trimmed(self, value: str | None, operator: str, word: str, world: World) -> str | None:
        pattern = self.pattern(word, world)
        if value is None or pattern is None:
            return None
        ends = range(len(value) + 1)
        if operator[0] == "#":
            cuts = [end for end in ends if pattern.fullmatch(value[:end])]
            return value[(max(cuts) if operator == "##" else min(cuts)) :] if cuts else value
        cuts = [start for start in ends if pattern.fullmatch(value[start:])]
        return value[: (min(cuts) if operator == "%%" else max(cuts))] if cuts else value

    def _value(self, name: str, world: World) -> tuple[str | None, bool | None]:
        """A parameter's value and whether it is set."""
        if name.isdecimal():
            at = int(name)
            if at == 0:
                return "-bash", True
            inside = at <= len(world.arguments)
            return (world.arguments[at - 1] if inside else ""), inside
        if name in ("@", "*"):
            known = [argument for argument in world.arguments if argument is not None]
            return (" ".join(known) if len(known) == len(world.arguments) else None), bool(world.arguments)
        if name == "#":
            return str(len(world.arguments)), True
        if name in ("?", "$", "!"):
            return None, True
        found = world.get(name)
        return found.value, found.is_set


def compiled(shape: str) -> re.Pattern[str]:
    """A shell pattern as a regular expression; `[!x]` is fnmatch's own."""
    return re.compile(translate(shape.replace("[^", "[!")))


def _joined(parts: list[Part]) -> str | None:
    texts = [part.text for part in parts]
    return None if None in texts else "".join(text for text in texts if text is not None)
