"""Handlers of keywords with a syntax of their own."""

from rongdun_agent.sshd_config import addresses, choices, numbers
from rongdun_agent.sshd_config.line import Line
from rongdun_agent.sshd_config.lists import split_host_port
from rongdun_agent.sshd_config.paths import absolute

METHODS = frozenset(
    ("none", "publickey", "gssapi-keyex", "gssapi-with-mic", "password", "keyboard-interactive", "hostbased")
)


def port(line: Line) -> None:
    """Ports add up, unless the command line names one."""
    if line.options.get("port.fixed"):
        line.finished = True
        return
    word = line.word()
    number = line.port(word)
    if number is None:
        line.fail(f'"{word}" is no port')
    line.options.add("port", (str(number),), line.where)


def listen_address(line: Line) -> None:
    """Addresses add up; which ports they get is known only when all ports are."""
    word = line.word()
    if "[" not in word and word.count(":") > 1:
        host, written = word, None
    else:
        host, written = split_host_port(line, word)
    number = 0 if written is None else line.port(written)
    if number is None:
        line.fail(f'"{word}": bad port')
    domain = line.words.take()
    if domain is not None:
        target = line.words.take() if domain == "rdomain" else None
        if target is None:
            line.fail("an address may only be followed by rdomain and a name")
        domain = target
    line.options.add("listen_address.wanted", (f"{host} {number} {domain or ''}",), line.where)


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


def tunnel(line: Line) -> None:
    """One word of a few, in this very spelling."""
    word = line.word()
    if word not in choices.TUNNEL:
        line.fail(f'unsupported value "{word}"')
    line.first(word)


def bind_mask(line: Line) -> None:
    """An octal mode; the last line wins."""
    value = numbers.octal(line.word())
    if value is None:
        line.fail("wants a mode")
    line.last(value)


def fingerprint_hash(line: Line) -> None:
    """Name of a digest; the last line wins."""
    word = line.word()
    if word.lower() not in choices.DIGEST:
        line.fail(f'unknown digest "{word}"')
    line.last(choices.DIGEST[word.lower()])


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


def authentication_methods(line: Line) -> None:
    """Lists of methods of the first line; `any` must stand alone."""
    first = line.unset
    if not line.strict and not first:
        line.finished = True
        return
    found: list[str] = []
    for word in line.words:
        earlier = found if line.build.since(9, 5) or (line.active and first) else () if first else ("set",)
        if (word == "any" and earlier) or "any" in found:
            line.fail('"any" must stand alone')
        if word != "any" and not _methods(word):
            line.fail(f'"{word}" is no list of methods')
        found.append(word)
    if not found:
        line.fail("an argument is missing")
    line.finished = not line.strict
    line.first(tuple(found))


def _methods(word: str) -> bool:
    return all(method.partition(":")[0] in METHODS for method in word.split(","))


def user_environment(line: Line) -> None:
    """`yes`, `no`, or a list of patterns; other spellings of yes are patterns too."""
    word = line.word()
    if line.active and line.unset and word not in ("yes", "no"):
        line.first(word, "permit_user_environment.list")
    line.first(word if word == "no" else "yes")


def version_addendum(line: Line) -> None:
    """The rest of the line; `none` for nothing."""
    checked = line.strict or (line.active and line.unset)
    text = line.rest()
    if "\r" in text and checked and text.lower() != "none":
        line.fail("a carriage return inside the text")
    line.first("none" if text.lower() == "none" else text)


def key_agent(line: Line) -> None:
    """A socket, or `SSH_AUTH_SOCK` for the one in the environment."""
    word = line.word()
    line.first(word if word == "SSH_AUTH_SOCK" or not (line.active and line.unset) else absolute(line, word))


def key_provider(line: Line) -> None:
    """A library, or `internal`."""
    word = line.word()
    line.first(word if word.lower() == "internal" or not (line.active and line.unset) else absolute(line, word))


def routing_domain(line: Line) -> None:
    """No Linux build supports it."""
    line.fail("setting RDomain is not supported on this platform")


def exempt_list(line: Line) -> None:
    """Addresses, prefixes and patterns."""
    word = line.word()
    if not addresses.well_formed(word, line.build):
        line.fail(f'"{word}" is no list of addresses')
    line.first(word)


def subsystem(line: Line) -> None:
    """A name and a command line; a second line for a name is an error before OpenSSH 9.5, and ignored since."""
    name = line.word()
    modern = line.build.since(9, 5)
    if not line.active:
        line.words.take()
        line.finished = modern
        return
    setting = f"subsystem:{name}"
    if line.options.get(setting) is not None:
        if not modern:
            line.fail(f'subsystem "{name}" is defined twice')
        line.finished = True
        line.first("", setting)
        return
    words = [line.word(), *line.words]
    line.first(" ".join(map(_quoted, words) if modern else words), setting)


def _quoted(word: str) -> str:
    escaped = "".join(f"\\{char}" if char in "\\'\"" else char for char in word)
    return f'"{escaped}"' if " " in word or "\t" in word else escaped
