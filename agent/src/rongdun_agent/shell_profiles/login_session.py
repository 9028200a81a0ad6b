"""What a new login shell of bash ends up with, for an ordinary account or for root."""

import re
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.setting import Setting
from rongdun_agent.shell_profiles.interpreter import Interpreter
from rongdun_agent.shell_profiles.world import UMASK, Variable, World, joined

PROFILE = "/etc/profile"
OWN_PROFILES = (".bash_profile", ".bash_login", ".profile")
"""Of these bash reads the first that there is."""
TRACKED = frozenset(("TMOUT", "HISTSIZE", "HISTTIMEFORMAT", "LD_LIBRARY_PATH", "LD_PRELOAD", "PATH", UMASK))

_ENVIRONMENT = "/etc/environment"
_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_FROM_OUTSIDE = (
    "COLORTERM",
    "DISPLAY",
    "HOSTNAME",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "MAIL",
    "SESSIONTYPE",
    "SSH_CLIENT",
    "SSH_CONNECTION",
    "SSH_TTY",
    "SUDO_COMMAND",
    "SUDO_USER",
    "TERM",
    "TTY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
    "XDG_SESSION_ID",
    "XDG_SESSION_TYPE",
)
"""Variables that a session may bring along; all others are unset until a file sets them."""


class Person(NamedTuple):
    """Who logs in; `home` is where the files of their own are looked for, `/etc/skel` for a new account."""

    uid: int
    name: str
    home: str
    private_group: bool
    """The primary group has the account's own name."""


def log_in(host: Host, person: Person, umask: Setting, path: Setting) -> World:
    """Run the start-up files and return what is known at the prompt; raises `Undecided` and the door's refusals."""
    interpreter = Interpreter(host, TRACKED)
    world = _environment(host, person, umask, path)
    outcome = interpreter.source(PROFILE, world)
    after = joined(outcome.world, outcome.leaving.get("exit")) or world
    for name in OWN_PROFILES:
        if host.is_file(f"{person.home}/{name}"):
            outcome = interpreter.source(f"{person.home}/{name}", after)
            return joined(outcome.world, outcome.leaving.get("exit")) or after
    return after


def _environment(host: Host, person: Person, umask: Setting, path: Setting) -> World:
    """What is set before the first file is read."""
    known = {
        "BASH": "/bin/bash",
        "BASH_VERSION": "5.2.15(1)-release",
        "EUID": str(person.uid),
        "HOME": person.home,
        "LOGNAME": person.name,
        "PS1": "\\s-\\v\\$ ",
        "SHELL": "/bin/bash",
        "UID": str(person.uid),
        "USER": person.name,
        "-": "himBHs",
        "(gid)": str(person.uid) if person.private_group else "100",
        "(group)": person.name if person.private_group else "users",
    }
    world = World({name: Variable(value) for name, value in known.items()})
    world.variables |= dict.fromkeys(_FROM_OUTSIDE, Variable(None, is_set=None))
    world.variables[UMASK] = Variable(umask.value, umask.where)
    world.variables["PATH"] = Variable(path.value, path.where)
    for name in ("UID", "EUID"):
        world.protect(name)
    for number, line in enumerate(host.lines(_ENVIRONMENT), 1):
        match = _ASSIGNMENT.match(line.partition("#")[0])
        if match:
            world.assign(match[1], match[2].strip().strip("\"'"), f"{_ENVIRONMENT}:{number}")
    return world
