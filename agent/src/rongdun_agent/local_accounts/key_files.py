"""Where sshd looks for the keys of an account: in the home directory, unless its configuration names other places."""

import re
from collections.abc import Callable

from rongdun_agent.host import Host, HostError, Refused
from rongdun_agent.local_accounts.homes import KEY_FILES
from rongdun_agent.probed import Probed
from rongdun_contract.facts.model import Unknown
from rongdun_contract.facts.sshd import Sshd

_CONFIGS = ("/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/*", "/usr/etc/ssh/sshd_config", "/etc/default/ssh")
_MENTIONED = re.compile(r"^[^#\n]*(?:AuthorizedKeysFile|\bInclude\b)", re.IGNORECASE | re.MULTILINE)
_USUAL_INCLUDE = re.compile(r"^\s*Include\s+/etc/ssh/sshd_config\.d/\*\.conf\s*$", re.IGNORECASE | re.MULTILINE)


def key_files(host: Host, read_sshd: Callable[[Host], Probed]) -> tuple[str, ...] | Unknown:
    """The patterns of all kinds of connections; the daemon's settings are resolved only when they may matter."""
    try:
        texts = [
            host.read_text(path) or "" for pattern in _CONFIGS for path in host.glob(pattern) if host.is_file(path)
        ]
        if not any(_MENTIONED.search(_USUAL_INCLUDE.sub("", text)) for text in texts):
            return KEY_FILES
        facts = host.once(read_sshd).facts
    except Refused:
        return Unknown(unknown="no permission")
    except HostError:
        return Unknown(unknown="error")
    return _of_all_contexts(facts) if isinstance(facts, Sshd) and facts.installed else KEY_FILES


def _of_all_contexts(facts: Sshd) -> tuple[str, ...] | Unknown:
    if isinstance(facts.contexts, Unknown):
        return facts.contexts
    patterns: dict[str, None] = {}
    for context in facts.contexts:
        if isinstance(context.authorized_keys_file, Unknown):
            return context.authorized_keys_file
        patterns |= dict.fromkeys(word for word in context.authorized_keys_file or () if word.lower() != "none")
    return tuple(patterns)
