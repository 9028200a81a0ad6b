"""Words that package front ends take for yes, and addresses without the secrets people put in them."""

import re

_TRUE = frozenset({"yes", "true", "with", "on", "enable", "enabled"})
_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")


def is_true(value: str) -> bool:
    """Whether a setting is on: a word for it, or a number other than zero, as apt and yum read them."""
    word = value.strip().lower()
    return word in _TRUE or (word.isdigit() and int(word) != 0)


def without_credentials(address: str) -> str:
    """A repository's address, user name and password left out."""
    return _USERINFO.sub("", address)
