"""The umask that a session begins with, before any start-up file: pam_umask(8), or what systemd starts daemons with."""

import re

from rongdun_agent.host import Host
from rongdun_agent.login_defs import PATH as LOGIN_DEFS
from rongdun_agent.login_defs import search_key
from rongdun_agent.pam_stacks.chains import Handler, PamFiles
from rongdun_agent.pam_stacks.versions import private_groups_by_default
from rongdun_agent.setting import Setting

_DEFAULTS = "/etc/default/login"
_SERVICES = ("sshd", "login", "su-l", "su")
_OCTAL = re.compile(r"[0-7]{1,4}")


def session_umask(host: Host, files: PamFiles, *, root: bool) -> Setting:
    """Four octal digits for root, or for an ordinary account whose primary group has its own name."""
    handler = _handler(files)
    if handler is None:
        return Setting("0022", "default of systemd")
    found = _configured(host, handler)
    if found is None or not _OCTAL.fullmatch(found.value):
        return Setting("0022", "default of systemd")
    mask = int(found.value, 8) & 0o777
    if not root and _widens(host, handler):
        mask = (mask & ~0o070) | ((mask >> 3) & 0o070)
    return Setting(f"{mask:04o}", found.where)


def _handler(files: PamFiles) -> Handler | None:
    """The line of the first way in that is configured."""
    service = next((name for name in _SERVICES if files.has_service(name)), None)
    chain = files.chain(service, "session") if service else ()
    return next((step for step in chain if step.module == "pam_umask" and not step.missing), None)


def _configured(host: Host, handler: Handler) -> Setting | None:
    for argument in handler.args:
        if argument.startswith("umask="):
            return Setting(argument.removeprefix("umask="), handler.where)
    for path in (LOGIN_DEFS, _DEFAULTS):
        found = search_key(path, host.lines(path), "UMASK")
        if found is not None:
            return found
    return None


def _widens(host: Host, handler: Handler) -> bool:
    """Whether the group is given the rights of the owner, the last word of the line or the build deciding."""
    words = [argument for argument in handler.args if argument in ("usergroups", "nousergroups")]
    return words[-1] == "usergroups" if words else private_groups_by_default(host)
