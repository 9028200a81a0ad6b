"""File names in the configuration."""

from rongdun_agent.sshd_config.line import Line


def expanded(line: Line, name: str) -> str:
    """`~` and `~user` replaced by a home directory; the daemon runs as root and refuses unknown users."""
    if not name.startswith("~"):
        return name
    user, slash, rest = name[1:].partition("/")
    home = line.names.home(user)
    if home is None:
        line.fail(f'no such user "{user}"')
    if line.build.before(9, 0):
        # these releases put a slash behind the home directory in any case, and take a name without one for both parts
        return home + ("" if home.endswith("/") else "/") + (rest if slash else user)
    return home + ("" if home.endswith("/") else "/") + rest.lstrip("/")


def absolute(line: Line, name: str) -> str:
    """As `expanded`, and relative names under `/`, where the daemon starts; `none` in any case is `none`."""
    if name.lower() == "none":
        return "none"
    name = expanded(line, name)
    return name if name.startswith("/") else f"//{name}"
