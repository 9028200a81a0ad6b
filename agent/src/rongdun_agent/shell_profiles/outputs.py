"""Command substitutions whose output is known without running anything."""

import re
from collections.abc import Callable

from rongdun_agent.host import Host
from rongdun_agent.shell_profiles.parser import parse
from rongdun_agent.shell_profiles.syntax import Simple
from rongdun_agent.shell_profiles.world import UMASK, World

_GLOB = re.compile(r"[*?\[]")
_NAMES = re.compile(r"[A-Za-z0-9_-]+")
_ID = {"-u": "UID", "-ru": "UID", "-un": "USER", "-nu": "USER", "-g": "(gid)", "-gn": "(group)", "-ng": "(group)"}

Fields = Callable[[str, World], list[str] | None]


def output_of(text: str, world: World, fields: Fields, host: Host) -> str | None:
    """What a command prints, without the newlines at its end; none when we would have to run it."""
    script = parse(text)
    if script.rest or len(script.commands) != 1 or not isinstance(script.commands[0], Simple):
        return None
    command = script.commands[0]
    words: list[str] = []
    for word in command.words:
        found = fields(word, world)
        if found is None:
            return None
        words += found
    return _known(words, world, host) if words else None


def _known(words: list[str], world: World, host: Host) -> str | None:
    name, arguments = words[0].rpartition("/")[2], words[1:]
    match name, arguments:
        case "id", [option] if option in _ID:
            output = world.get(_ID[option]).value
        case "whoami", []:
            output = world.get("USER").value
        case "umask", []:
            output = world.get(UMASK).value
        case "echo", _ if arguments[:1] not in (["-e"], ["-n"]):
            output = " ".join(arguments)
        case "run-parts", _ if "--list" in arguments:
            output = _run_parts(arguments, host)
        case "ls", [_, *_] if all(word.startswith("/") for word in arguments):
            output = "\n".join(
                path for word in arguments for path in (host.glob(word) if _GLOB.search(word) else [word])
            )
        case _:
            output = None
    return output


def _run_parts(arguments: list[str], host: Host) -> str | None:
    """The files of a directory whose names the pattern takes, in order."""
    pattern, directory = _NAMES, None
    words = iter(arguments)
    for word in words:
        if word == "--regex" or word.startswith("--regex="):
            try:
                pattern = re.compile(word.partition("=")[2] or next(words, ""))
            except re.error:
                return None
        elif not word.startswith("-"):
            directory = word.rstrip("/")
    if directory is None or not directory.startswith("/"):
        return None
    matches = pattern.fullmatch if pattern is _NAMES else pattern.search
    return "\n".join(f"{directory}/{name}" for name in host.list_dir(directory) if matches(name))
