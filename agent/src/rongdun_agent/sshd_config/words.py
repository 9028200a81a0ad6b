"""How a line falls into words: two dialects, since OpenSSH 8.7 changed the rules."""

from collections.abc import Iterator

SPACE = " \t\r\n"


def split_once(text: str | None, *, equals: bool = True) -> tuple[str | None, str | None]:
    """Cut the first word off, ended by space, by a quoted part, or by one `=`; None where a quote is not closed.

    A quoted part ends the word with what was written before it: `ab"c d"e` gives `abc d`, then `e`.
    """
    if text is None:
        return None, None
    stops = SPACE + '"' + ("=" if equals else "")
    cut = next((at for at, char in enumerate(text) if char in stops), None)
    if cut is None:
        return text, None
    if text[cut] == '"':
        closing = text.find('"', cut + 1)
        if closing < 0:
            return None, None
        return text[:cut] + text[cut + 1 : closing], text[closing + 1 :].lstrip(SPACE)
    rest = text[cut + 1 :].lstrip(SPACE)
    if equals and text[cut] != "=" and rest.startswith("="):
        rest = rest[1:].lstrip(SPACE)
    return text[:cut], rest


class OldWords:
    """Before OpenSSH 8.7: double quotes only, no escapes; an empty word ends the list.

    `remainder` is the text that was not taken yet.
    """

    def __init__(self, text: str | None) -> None:
        """`text` is what follows the keyword."""
        self.remainder = text

    def take(self, *, equals: bool = True) -> str | None:
        """The next word; without `equals`, a `=` is part of it."""
        word, self.remainder = split_once(self.remainder, equals=equals)
        return word

    def __iter__(self) -> Iterator[str]:
        """Words up to the first empty one."""
        while word := self.take():
            yield word

    def peek(self) -> str | None:
        """The next word, which stays."""
        return split_once(self.remainder)[0]

    def leftover(self) -> str | None:
        """The next word, unless it is empty."""
        return self.take() or None


class NewWords:
    """Since OpenSSH 8.7: both kinds of quotes, backslash escapes, and `#` at the start of a word begins a comment.

    `remainder` stays the whole text: some keywords take the line as it stands.
    """

    def __init__(self, text: str) -> None:
        """Raises ValueError when a quote is not closed."""
        self.remainder: str | None = text
        self.words = split_words(text)
        self.at = 0

    def take(self, *, equals: bool = True) -> str | None:  # noqa: ARG002 - one signature for both dialects
        """The next word; `=` is never special here."""
        if self.at >= len(self.words):
            return None
        self.at += 1
        return self.words[self.at - 1]

    def __iter__(self) -> Iterator[str]:
        """All words that are left, empty ones too."""
        while (word := self.take()) is not None:
            yield word

    def leftover(self) -> str | None:
        """The next word, even if it is empty."""
        return self.take()

    def peek(self) -> str | None:
        """The next word, which stays."""
        return self.words[self.at] if self.at < len(self.words) else None


def split_words(text: str) -> tuple[str, ...]:
    """All words of a line, quotes and escapes removed; ValueError when a quote is not closed."""
    words: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in " \t":
            at += 1
            continue
        if text[at] == "#":
            break
        word, at = _one_word(text, at)
        words.append(word)
    return tuple(words)


def _one_word(text: str, at: int) -> tuple[str, int]:
    quote = ""
    word: list[str] = []
    while at < len(text):
        char = text[at]
        following = text[at + 1 : at + 2]
        if char == "\\" and (following in ("'", '"', "\\") or (following == " " and not quote)):
            word.append(following)
            at += 1
        elif not quote and char in " \t":
            break
        elif not quote and char in "\"'":
            quote = char
        elif char == quote:
            quote = ""
        else:
            word.append(char)
        at += 1
    if quote:
        raise ValueError(text)
    return "".join(word), at
