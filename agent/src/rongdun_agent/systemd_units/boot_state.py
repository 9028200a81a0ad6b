"""Whether a unit starts at boot, whoever asks: read once per host."""

from rongdun_agent.host import Host
from rongdun_agent.systemd_units.directories import GENERATED
from rongdun_agent.systemd_units.install_state import Enablement, InstallStates
from rongdun_agent.systemd_units.sysv import read_init_scripts, start_links
from rongdun_agent.systemd_units.units import Units
from rongdun_contract.facts import Maybe, Unknown

_STARTING = frozenset(("enabled", "enabled-runtime", "generated"))
_BARRED = frozenset(("masked", "masked-runtime", "bad"))


class BootStates:
    """States of units and of the init scripts that stand in for units."""

    def __init__(self, host: Host) -> None:
        """Read the directories of units and scripts; raises `Refused` where one is closed to us."""
        self.units = host.once(Units)
        self._states = InstallStates(self.units)
        self.scripts = read_init_scripts(host, self._native_names())
        self._start_links = start_links(host) if self.scripts else {}

    def of(self, name: str) -> Enablement | None:
        """The state of a unit by any of its names; `None` when there is no such unit."""
        script = self.scripts.get(name)
        if script is None:
            return self._states.of(name)
        link = self._start_links.get(script.rpartition("/")[2])
        return Enablement("enabled", link) if link else Enablement("disabled", script)

    def starts(self, name: str) -> Maybe[bool]:
        """Whether the next boot starts it: enabled, or pulled in by a symlink that its package brings."""
        found = self.of(name)
        if found is None:
            return False
        unit = self.units.find(name)
        if found.state == "alias" and unit:
            return self.starts(unit.name)
        if found.state in _STARTING:
            return True
        if found.state in _BARRED or unit is None:
            return False
        if self._is_pulled_in(unit.name):
            return True
        return found.state if isinstance(found.state, Unknown) else False

    def only_on_demand(self, name: str) -> bool:
        """Whether a unit, by its own name, cannot be enabled and nothing pulls it in: only others start it."""
        found = self.of(name)
        return found is not None and found.state == "static" and not self._is_pulled_in(name)

    def _is_pulled_in(self, name: str) -> bool:
        return any(name in directory.pulled_in for directory in self.units.directories)

    def _native_names(self) -> set[str]:
        return {
            name for directory in self.units.directories if directory.path not in GENERATED for name in directory.names
        }


def enablement(host: Host, name: str) -> Maybe[str] | None:
    """What `systemctl is-enabled` says of a unit; `None` when there is no such unit."""
    found = host.once(BootStates).of(name)
    return found and found.state


def starts_at_boot(host: Host, *names: str) -> Maybe[bool]:
    """Whether one of several units starts at boot, for services whose name differs between distributions."""
    states = [host.once(BootStates).starts(name) for name in names]
    return True if True in states else next((state for state in states if isinstance(state, Unknown)), False)
