"""systemd's units by their files alone: what a name leads to, what its file and drop-ins say, whether it starts."""

from rongdun_agent.systemd_units.boot_state import BootStates, enablement, starts_at_boot
from rongdun_agent.systemd_units.init_system import manager
from rongdun_agent.systemd_units.install_state import Enablement
from rongdun_agent.systemd_units.names import UnitName, parse_name
from rongdun_agent.systemd_units.service_settings import ServiceSettings, read_settings
from rongdun_agent.systemd_units.unit import File, Unit
from rongdun_agent.systemd_units.units import Units

__all__ = [
    "BootStates",
    "Enablement",
    "File",
    "ServiceSettings",
    "Unit",
    "UnitName",
    "Units",
    "enablement",
    "manager",
    "parse_name",
    "read_settings",
    "starts_at_boot",
]
