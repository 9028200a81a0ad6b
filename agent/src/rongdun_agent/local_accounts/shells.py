"""Which programs in the place of a login shell let somebody in."""

_NON_LOGIN = frozenset(("false", "halt", "nologin", "null", "poweroff", "reboot", "shutdown", "sync", "true"))
"""Those let nobody in; an empty field means /bin/sh and does."""


def lets_in(shell: str) -> bool:
    """Whether somebody who proves who they are gets a session."""
    return shell.rpartition("/")[2] not in _NON_LOGIN
