"""Mandatory access control: SELinux, AppArmor, KYSEC."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe

SelinuxMode = Literal["enforcing", "permissive", "disabled"]


class Selinux(FactModel):
    """Running mode from selinuxfs, configured mode from /etc/selinux/config and the kernel's command line."""

    running: Maybe[SelinuxMode | None] = None
    configured: Maybe[SelinuxMode | None] = None
    policy: str | None = None


class Apparmor(FactModel):
    """Profiles by mode, from securityfs when it can be read."""

    enabled: Maybe[bool] = False
    service_enabled: Maybe[bool] = False
    enforcing: Maybe[tuple[str, ...]] = ()
    complaining: Maybe[tuple[str, ...]] = ()
    profile_files: tuple[str, ...] = ()


class Kysec(FactModel):
    """Kylin's security module, as its files and securityfs show it (unverified on a real Kylin)."""

    present: bool = False
    mode: Maybe[str | None] = None


class MandatoryAccess(FactModel):
    """`in_force`: one of them denies, now and after the next boot."""

    kernel_modules: Maybe[tuple[str, ...]] = ()
    """/sys/kernel/security/lsm."""
    selinux: Selinux | None = None
    apparmor: Apparmor | None = None
    kysec: Kysec | None = None
    in_force: Maybe[bool] = False
