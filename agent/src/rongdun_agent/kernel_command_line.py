"""The kernel's command line, taken into words as the kernel does, without what tells one machine from the next."""

import re
from collections.abc import Iterable

from rongdun_agent.host import Host
from rongdun_agent.redaction import without_credentials

COMMAND_LINE = "/proc/cmdline"
_WORD = re.compile(r'(?:"[^"]*"?|[^\s"])+')
_IDENTITY = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|(?<![0-9a-fA-F])[0-9a-fA-F]{32}(?![0-9a-fA-F])"
    r"|(?<==)[0-9a-fA-F]{4}-[0-9a-fA-F]{4}(?=$|\s)"
)
_SECRET = re.compile(
    r"(?i)^([\w.-]*(?:passw(?:or)?d|passphrase|secret|token|set_credential(?:_binary)?|(?<![a-z])key)=).+"
)


def split_words(text: str) -> list[str]:
    """Words between spaces; quotes keep spaces in a word and fall away."""
    return [word.replace('"', "") for word in _WORD.findall(text)]


def running_words(host: Host) -> list[str]:
    """The command line of the running kernel; empty where /proc does not show one."""
    return split_words(host.read_text(COMMAND_LINE) or "")


def shareable(words: Iterable[str]) -> tuple[str, ...]:
    """Words as facts: identifiers of disks and machines, and values that look like secrets, replaced by `*`."""
    return tuple(_SECRET.sub(r"\1*", _IDENTITY.sub("*", without_credentials(word))) for word in words)
