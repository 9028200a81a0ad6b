"""The start-up files of a host as scripts: several people's sessions run the same ones."""

from rongdun_agent.host import Host
from rongdun_agent.shell_profiles.parser import parse
from rongdun_agent.shell_profiles.syntax import Script


class Scripts:
    """Each file is parsed once; to be had by `host.once(Scripts)`."""

    def __init__(self, host: Host) -> None:
        """Nothing is read before it is asked for."""
        self._host = host
        self._parsed: dict[str, Script | None] = {}

    def of(self, path: str) -> Script | None:
        """The script in a file; `None` when that is absent."""
        if path not in self._parsed:
            text = self._host.read_text(path) if self._host.is_file(path) else None
            self._parsed[path] = None if text is None else parse(text)
        return self._parsed[path]
