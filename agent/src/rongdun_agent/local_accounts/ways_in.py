"""Whether anybody can come in by an account: a shell, and a password or a key that fits."""

from collections.abc import Mapping

from rongdun_agent.host import Host
from rongdun_agent.local_accounts.homes import keys_of
from rongdun_agent.local_accounts.lines import PasswdEntry, ShadowEntry
from rongdun_agent.local_accounts.passwords import needs_shadow, password_of
from rongdun_agent.local_accounts.shells import lets_in
from rongdun_contract.facts.accounts import Password
from rongdun_contract.facts.model import Maybe, Unknown

_OPEN = frozenset(("usable", "empty", "unshadowed"))


def way_in(
    host: Host,
    entry: PasswdEntry,
    shadow: Mapping[str, ShadowEntry] | None,
    patterns: tuple[str, ...] | Unknown,
) -> Maybe[Password | None]:
    """The state of the password of an account that somebody can come in by; absent where nobody can.

    An account with keys alone has its locked password. `shadow`: none where it may not be read.
    """
    if not lets_in(entry.shell):
        return None
    if needs_shadow(entry) and shadow is None:
        return Unknown(unknown="no permission")
    password = password_of(entry, (shadow or {}).get(entry.name))
    if password is not None and password.state in _OPEN:
        return password
    keys = patterns if isinstance(patterns, Unknown) else keys_of(host, entry, patterns)
    if isinstance(keys, Unknown):
        return keys
    return (password or Password(state="disabled")) if keys else None
