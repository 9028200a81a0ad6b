"""Handlers of limits: numbers in a notation of their own."""

from rongdun_agent.sshd_config import choices, numbers
from rongdun_agent.sshd_config.line import Line


def max_startups(line: Line) -> None:
    """`begin:rate:full` or one number for begin and full; the last line wins, and then an earlier rate is kept."""
    found = numbers.colon_numbers(line.word(), 3)
    if len(found) not in (1, 3):
        line.fail("wants a number, or three joined by colons")
    begin, full = found[0], found[-1]
    if len(found) > 1 and (begin > full or not 1 <= found[1] <= 100):  # noqa: PLR2004 - per cent
        line.fail("the numbers do not suit each other")
    if line.strict and (begin <= 0 or full <= 0):
        line.fail("must be greater than 0")
    earlier = line.options.get("max_startups")
    rate = found[1] if len(found) > 1 else earlier[1] if earlier else None
    if line.build.since(10, 1):
        line.first((begin, rate, full))
    else:
        line.options.last("max_startups", (begin, rate, full), line.where)


def net_block_size(line: Line) -> None:
    """Prefix lengths `ipv4` or `ipv4:ipv6`; the last line wins."""
    found = numbers.colon_numbers(line.word(), 2)
    limits = (32, 128)
    if not found or any(not 0 <= number <= limit for number, limit in zip(found, limits, strict=False)):
        line.fail("wants prefix lengths for IPv4 and IPv6")
    # the daemon leaves the second number unset, and uses what happens to be there: 0
    value = (found[0], found[1] if len(found) > 1 else 128 if line.build.since(10, 1) else 0)
    if line.build.since(10, 1):
        line.first(value)
    else:
        line.last(value)


def source_startups(line: Line) -> None:
    """A number, or `none` for no limit."""
    word = line.words.take()
    value = numbers.INT_MAX if word == "none" else numbers.whole_number(word)
    if value is None:
        line.fail("wants a number or none")
    if line.build.since(9, 5):
        line.first(value)
    else:
        line.last(value)


def rekey_limit(line: Line) -> None:
    """A size or `default`, and perhaps a time or `none`; each part is decided by the first line that has it."""
    word = line.word()
    value = 0 if word == "default" else numbers.size(word)
    if value is None or value < 0 or 0 < value < 16:  # noqa: PLR2004 - the daemon's own bound
        line.fail(f'"{word}" is no size, or too small')
    line.first(value, "rekey_limit.data_bytes")
    following = line.words.peek() if line.strict else line.words.remainder
    if following == "none":
        line.words.take()
    elif following is not None:
        interval = line.time(line.word())
        if interval is None:
            line.fail("the second value is no time")
        line.first(interval, "rekey_limit.interval_s")


def bind_mask(line: Line) -> None:
    """An octal mode; the last line wins."""
    value = numbers.octal(line.word())
    if value is None:
        line.fail("wants a mode")
    line.last(value)


def quality_of_service(line: Line) -> None:
    """One or two values; before OpenSSH 10.1 the last line wins."""
    words = [line.words.take()]
    if (second := line.words.take()) is not None:
        words.append(second)
    values = [choices.quality_of_service(word or "", line.build) for word in words]
    if None in values:
        line.fail("unknown class of service")
    value = (values[0], values[-1])
    if line.build.since(10, 1):
        line.first(value)
    else:
        line.last(value)
