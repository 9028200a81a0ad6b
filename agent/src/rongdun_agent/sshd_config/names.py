"""What the daemon asks the system while it reads: homes of users, groups, service and host names; local files only."""

from functools import cached_property

from rongdun_agent.host import Host


class Names:
    """Answers from /etc/passwd, /etc/group, /etc/services and /etc/hosts, read when first asked for."""

    def __init__(self, host: Host) -> None:
        """Nothing is read yet."""
        self._host = host

    @cached_property
    def _users(self) -> dict[str, list[str]]:
        return self._table("/etc/passwd", 7)

    @cached_property
    def _groups(self) -> dict[str, list[str]]:
        return self._table("/etc/group", 4)

    def _table(self, path: str, width: int) -> dict[str, list[str]]:
        rows: dict[str, list[str]] = {}
        for line in self._host.lines(path):
            fields = line.split(":")
            if len(fields) == width:
                rows.setdefault(fields[0], fields)
        return rows

    def home(self, user: str) -> str | None:
        """Home directory; the empty name is root, who runs the daemon."""
        row = self._users.get(user or "root")
        if row is None:
            return None if user else "/root"
        return row[5]

    def groups(self, user: str) -> frozenset[str] | None:
        """Names of all groups of a local user; None when there is no such user."""
        row = self._users.get(user)
        if row is None:
            return None
        return frozenset(
            name for name, group in self._groups.items() if group[2] == row[3] or user in group[3].split(",")
        )

    def service_port(self, service: str) -> int | None:
        """TCP port of a service name."""
        for line in self._host.lines("/etc/services"):
            name, *rest = line.partition("#")[0].split() or [""]
            if rest and rest[0].endswith("/tcp") and service in (name, *rest[1:]):
                number = rest[0].partition("/")[0]
                return int(number) if number.isdigit() else None
        return None

    def host_addresses(self, name: str) -> tuple[str, ...]:
        """Addresses that hosts(5) gives a name, in the order of the file."""
        found = []
        for line in self._host.lines("/etc/hosts"):
            address, *aliases = line.partition("#")[0].split() or [""]
            if name in aliases:
                found.append(address)
        return tuple(found)
