"""Words that package front ends take for yes."""

_TRUE = frozenset({"yes", "true", "with", "on", "enable", "enabled"})


def is_true(value: str) -> bool:
    """Whether a setting is on: a word for it, or a number other than zero, as apt and yum read them."""
    word = value.strip().lower()
    return word in _TRUE or (word.isdigit() and int(word) != 0)
