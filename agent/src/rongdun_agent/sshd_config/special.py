"""Handlers of keywords with a syntax of their own."""

from rongdun_agent.sshd_config import addresses, choices
from rongdun_agent.sshd_config.endpoints import split_host_port
from rongdun_agent.sshd_config.line import Line
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


def tunnel(line: Line) -> None:
    """One word of a few, in this very spelling."""
    word = line.word()
    if word not in choices.TUNNEL:
        line.fail(f'unsupported value "{word}"')
    line.first(word)


def fingerprint_hash(line: Line) -> None:
    """Name of a digest; the last line wins."""
    word = line.word()
    if word.lower() not in choices.DIGEST:
        line.fail(f'unknown digest "{word}"')
    line.last(choices.DIGEST[word.lower()])


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
