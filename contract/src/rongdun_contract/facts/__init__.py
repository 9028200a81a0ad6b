"""The vocabulary: every section of facts that an agent may send, in one list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import cast

from rongdun_contract.facts.model import FactModel, Maybe, Unknown

__all__ = ["SECTIONS", "FactModel", "Maybe", "SectionSpec", "Unknown"]


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """A section's model, the number of its shape, and whether it changes by itself.

    The model is imported when it is asked for: a process that reads a few sections carries no others. Volatile sections
    stay out of the manifest and travel on a slower cadence; a rule that reads one says how old it may be.
    """

    find_model: Callable[[], type[FactModel]]
    schema: int = 1
    volatile: bool = False

    @property
    def model(self) -> type[FactModel]:
        """The section's model."""
        return self.find_model()


def _model(name: str) -> type[FactModel]:
    """The model of a section: `PasswordPolicy` of the module `password_policy`."""
    found = getattr(import_module(f"{__name__}.{name}"), name.title().replace("_", ""))
    return cast("type[FactModel]", found)


def _section(name: str, *, schema: int = 1, volatile: bool = False) -> tuple[str, SectionSpec]:
    return name, SectionSpec(partial(_model, name), schema, volatile)


SECTIONS: Mapping[str, SectionSpec] = MappingProxyType(
    dict(
        (
            _section("accounts", schema=3),
            _section("audit", schema=2),
            _section("boot"),
            _section("capacity", volatile=True),
            _section("devices"),
            _section("files", schema=2),
            _section("firewall"),
            _section("guest_access"),
            _section("hardware"),
            _section("identity"),
            _section("kernel"),
            _section("logging"),
            _section("logins", schema=2, volatile=True),
            _section("mandatory_access"),
            _section("modules", schema=2),
            _section("mounts"),
            _section("neighbours", volatile=True),
            _section("network"),
            _section("os", schema=2),
            _section("packages"),
            _section("pam"),
            _section("password_policy", schema=2),
            _section("processes", volatile=True),
            _section("protection"),
            _section("schedules", schema=2),
            _section("services", schema=2),
            _section("sockets", schema=2),
            _section("sshd"),
            _section("sudo"),
            _section("sysctl"),
            _section("time_sync"),
            _section("walk", schema=2),
            _section("watched_files"),
            _section("weak_passwords"),
        )
    )
)
