"""What services give to people who do not say who they are: anonymous FTP, guest shares, exports, SNMP, desktops."""

from typing import Literal

from rongdun_contract.facts.model import FactModel, Maybe


class Export(FactModel):
    """One client of one directory in exports(5); `everyone`: no address is too far (`*`, a network of length 0)."""

    path: str
    client: str
    everyone: bool
    options: tuple[str, ...] = ()


class Community(FactModel):
    """A community of SNMP version 1 or 2c, which is a password that crosses the network in clear; never its name."""

    access: Literal["read", "write", "by group"]
    """`by group`: com2sec(5) leads to a group whose views decide."""


class GuestAccess(FactModel):
    """By their configuration, whether the services run or not; what is not installed gives nothing away."""

    ftp_server: str | None = None
    """`vsftpd`, `proftpd`, `pure-ftpd`: the one that is installed."""
    anonymous_ftp: Maybe[bool] = False
    """Unknown for servers other than vsftpd."""
    samba_installed: bool = False
    guest_shares: Maybe[tuple[str, ...]] = ()
    """Names of Samba's shares that are open without a password."""
    exports: Maybe[tuple[Export, ...]] = ()
    snmp_installed: bool = False
    snmp_communities: Maybe[tuple[Community, ...]] = ()
    display_managers: tuple[str, ...] = ()
    """`gdm`, `lightdm`, `sddm`: those that are installed."""
    automatic_logins: Maybe[tuple[str, ...]] = ()
    """Accounts as which a desktop starts without asking."""
