"""The vocabulary: every section of facts that an agent may send, in one list."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from rongdun_contract.facts.accounts import Accounts
from rongdun_contract.facts.audit import Audit
from rongdun_contract.facts.boot import Boot
from rongdun_contract.facts.capacity import Capacity
from rongdun_contract.facts.devices import Devices
from rongdun_contract.facts.files import Files
from rongdun_contract.facts.firewall import Firewall
from rongdun_contract.facts.hardware import Hardware
from rongdun_contract.facts.identity import Identity
from rongdun_contract.facts.kernel import Kernel
from rongdun_contract.facts.logging import Logging
from rongdun_contract.facts.logins import Logins
from rongdun_contract.facts.mandatory_access import MandatoryAccess
from rongdun_contract.facts.model import FactModel, Maybe, Unknown
from rongdun_contract.facts.modules import Modules
from rongdun_contract.facts.mounts import Mounts
from rongdun_contract.facts.neighbours import Neighbours
from rongdun_contract.facts.network import Network
from rongdun_contract.facts.os import Os
from rongdun_contract.facts.packages import Packages
from rongdun_contract.facts.pam import Pam
from rongdun_contract.facts.password_policy import PasswordPolicy
from rongdun_contract.facts.processes import Processes
from rongdun_contract.facts.protection import Protection
from rongdun_contract.facts.schedules import Schedules
from rongdun_contract.facts.services import Services
from rongdun_contract.facts.sockets import Sockets
from rongdun_contract.facts.sshd import Sshd
from rongdun_contract.facts.sudo import Sudo
from rongdun_contract.facts.sysctl import Sysctl
from rongdun_contract.facts.time_sync import TimeSync
from rongdun_contract.facts.walk import Walk
from rongdun_contract.facts.watched_files import WatchedFiles

__all__ = ["SECTIONS", "FactModel", "Maybe", "SectionSpec", "Unknown"]


class SectionSpec(NamedTuple):
    """A section's model, the number of its shape, and whether it changes by itself.

    Volatile sections stay out of the manifest and travel on a slower cadence; a rule that reads one says how old it may
    be.
    """

    model: type[FactModel]
    schema: int = 1
    volatile: bool = False


SECTIONS: Mapping[str, SectionSpec] = MappingProxyType(
    {
        "accounts": SectionSpec(Accounts, schema=2),
        "audit": SectionSpec(Audit),
        "boot": SectionSpec(Boot),
        "capacity": SectionSpec(Capacity, volatile=True),
        "devices": SectionSpec(Devices),
        "files": SectionSpec(Files),
        "firewall": SectionSpec(Firewall),
        "hardware": SectionSpec(Hardware),
        "identity": SectionSpec(Identity),
        "kernel": SectionSpec(Kernel),
        "logging": SectionSpec(Logging),
        "logins": SectionSpec(Logins, volatile=True),
        "mandatory_access": SectionSpec(MandatoryAccess),
        "modules": SectionSpec(Modules, schema=2),
        "mounts": SectionSpec(Mounts),
        "neighbours": SectionSpec(Neighbours, volatile=True),
        "network": SectionSpec(Network),
        "os": SectionSpec(Os),
        "packages": SectionSpec(Packages),
        "pam": SectionSpec(Pam),
        "password_policy": SectionSpec(PasswordPolicy),
        "processes": SectionSpec(Processes, volatile=True),
        "protection": SectionSpec(Protection),
        "schedules": SectionSpec(Schedules, schema=2),
        "services": SectionSpec(Services, schema=2),
        "sockets": SectionSpec(Sockets, schema=2),
        "sshd": SectionSpec(Sshd),
        "sudo": SectionSpec(Sudo),
        "sysctl": SectionSpec(Sysctl),
        "time_sync": SectionSpec(TimeSync),
        "walk": SectionSpec(Walk),
        "watched_files": SectionSpec(WatchedFiles),
    }
)
