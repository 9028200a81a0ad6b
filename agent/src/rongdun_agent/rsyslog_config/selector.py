"""Selectors of rsyslog.conf(5): facilities and priorities, worked through from left to right."""

FACILITIES = (
    *("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"),
    *(f"local{number}" for number in range(8)),
)
_PRIORITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
_OTHER_NAMES = {"panic": "emerg", "error": "err", "warn": "warning", "security": "auth"}
ALL = frozenset(range(len(_PRIORITIES)))
INFO = _PRIORITIES.index("info")

Masks = dict[str, frozenset[int]]
"""Facility to the priorities that are taken, 0 (emerg) to 7 (debug)."""


def parse_selector(text: str) -> Masks | None:
    """What a selector takes; None when it is none."""
    masks: Masks = dict.fromkeys(FACILITIES, frozenset[int]())
    for part in text.split(";"):
        facilities, dot, priority = part.lower().rpartition(".")
        if not dot:
            return None
        names = FACILITIES if facilities == "*" else [_OTHER_NAMES.get(name, name) for name in facilities.split(",")]
        change = _change(priority)
        if change is None or not set(names) <= set(FACILITIES):
            return None
        taken, given_up = change
        for name in names:
            masks[name] = (masks[name] | taken) - given_up
    return masks


def _change(priority: str) -> tuple[frozenset[int], frozenset[int]] | None:
    """What a priority adds, and what it takes away."""
    negated = priority.startswith("!")
    word = priority.removeprefix("!")
    exactly = word.startswith("=")
    word = word.removeprefix("=")
    word = _OTHER_NAMES.get(word, word)
    if word == "none":
        return frozenset(), ALL
    if word == "*":
        level = ALL
    elif word in _PRIORITIES:
        index = _PRIORITIES.index(word)
        level = frozenset((index,)) if exactly else frozenset(range(index + 1))
    else:
        return None
    return (frozenset(), level) if negated else (level, frozenset())
