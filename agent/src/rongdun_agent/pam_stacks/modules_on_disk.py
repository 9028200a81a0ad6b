"""Which PAM modules are installed: a line that names one that is not there does not do what it says."""

from rongdun_agent.host import Host, TooLarge

_DIRECTORIES = (
    "/lib/security",
    "/lib64/security",
    "/usr/lib/security",
    "/usr/lib64/security",
    "/lib/*-linux-gnu*/security",
    "/usr/lib/*-linux-gnu*/security",
)


class ModulesOnDisk:
    """The module files of a host; where none at all is to be seen (a tree of configuration) each counts as there."""

    def __init__(self, host: Host) -> None:
        """List the directories once; raises `Refused` where one is closed to us."""
        self._host = host
        self._names: dict[str, str] = {}
        for pattern in _DIRECTORIES:
            for path in _paths(host, pattern):
                self._names.setdefault(path.rpartition("/")[2], path)

    def has(self, path: str) -> bool:
        """Whether the module of a PAM line can be loaded, as far as can be told."""
        if not self._names:
            return True
        if not path.startswith("/") or path.rpartition("/")[0].endswith("/$ISA"):
            return path.rpartition("/")[2] in self._names
        return self._host.exists(path)

    def knows(self, module: str, text: bytes) -> bool:
        """Whether a module's file holds a text, such as the name of a file that only its newer versions read."""
        path = self._names.get(f"{module}.so")
        try:
            content = self._host.read_bytes(path) if path else None
        except TooLarge:
            return True
        return content is None or text in content


def _paths(host: Host, pattern: str) -> list[str]:
    return [
        f"{directory}/{name}"
        for directory in host.glob(pattern)
        for name in host.list_dir(directory)
        if name.startswith("pam_") and name.endswith(".so")
    ]
