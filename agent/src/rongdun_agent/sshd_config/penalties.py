"""PerSourcePenalties: a switch and many small settings, each decided by the first line that has it."""

from rongdun_agent.sshd_config import numbers
from rongdun_agent.sshd_config.line import Line

TIMES = {
    "crash": 90,
    "authfail": 5,
    "noauth": 1,
    "grace-exceeded": 10,
    "refuseconnection": 10,
    "max": 600,
    "min": 15,
}
COUNTS = {"max-sources4": 65536, "max-sources6": 65536}
OVERFLOWS = ("overflow", "overflow6")
_MODES = ("permissive", "deny-all")


def penalties(line: Line) -> None:
    """`yes` or `no` alone, or `name:value` words, which also switch it on."""
    words = line.all_words()
    for at, word in enumerate(words):
        if word.lower() in ("yes", "no"):
            if at < len(words) - 1:
                line.fail(f'"{word}" must stand alone')
            line.first(word.lower(), "per_source_penalties.enabled")
        else:
            _one(line, word)


def _one(line: Line, word: str) -> None:
    name, colon, value = word.partition(":")
    parsed: object = None
    if colon and name in TIMES:
        parsed = line.time(value)
    elif colon and name in COUNTS:
        parsed = numbers.whole_number(value)
    elif name in OVERFLOWS and value in _MODES:
        parsed = value
    if parsed is None:
        line.fail(f'unsupported "{word}"')
    setting = f"per_source_penalties.{name}"
    fresh = line.options.get(setting) is None
    line.first(parsed, setting)
    if fresh and line.active:
        line.options.last("per_source_penalties.enabled", "yes", line.where)
