"""Wildcard patterns and comma-separated lists of them, as ssh_config(5) describes under PATTERNS."""

MAX_PATTERN = 1024


def fits(text: str, pattern: str) -> bool:
    """Whether `*` (any characters) and `?` (exactly one) make the pattern cover all of the text."""
    at = here = 0
    star = resume = -1
    while at < len(text):
        if here < len(pattern) and pattern[here] == "*":
            star, resume = here, at
            here += 1
        elif here < len(pattern) and pattern[here] in ("?", text[at]):
            at, here = at + 1, here + 1
        elif star >= 0:
            # the last star takes one character more; earlier stars never have to be tried again
            resume += 1
            at, here = resume, star + 1
        else:
            return False
    return all(char == "*" for char in pattern[here:])


def list_verdict(text: str, patterns: str, *, lower: bool = False) -> int:
    """1: a pattern fits; -1: a negated one does, which decides at once; 0: neither."""
    positive = 0
    for item in patterns.split(",") if patterns else ():
        negated = item.startswith("!")
        pattern = item.removeprefix("!")
        if len(pattern) >= MAX_PATTERN:
            return 0
        if fits(text, pattern.lower() if lower else pattern):
            if negated:
                return -1
            positive = 1
    return positive
