"""What the machine can prove about its own boot: firmware, Secure Boot, TPM, measurements."""

from typing import Literal, NamedTuple

from rongdun_agent.firmware import DMI
from rongdun_agent.host import Host, Refused, TooLarge
from rongdun_contract.facts import Maybe, Unknown

EFI = "/sys/firmware/efi"
SECURE_BOOT = f"{EFI}/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
TPM = "/sys/class/tpm"
MEASUREMENTS = "/sys/kernel/security/tpm0/binary_bios_measurements"

_TCM_DEVICES = ("/dev/tcm0", "/dev/tpcm0")
"""Device names of vendors' drivers for trusted cryptography modules; unverified, no such machine was at hand."""
_NOT_LIVE = Unknown(unknown="not a live host")
_NO_PERMISSION = Unknown(unknown="no permission")


class BootTrust(NamedTuple):
    """Fields of the same names in the hardware section."""

    firmware: Maybe[Literal["uefi", "bios"] | None]
    secure_boot: Maybe[bool | None]
    tpm_present: Maybe[bool]
    tpm_version: str | None
    measured_boot: Maybe[bool]


def boot_trust(host: Host) -> BootTrust:
    """Read sysfs; a tree without one cannot tell."""
    if not host.exists("/sys/class") and not host.exists("/sys/firmware"):
        return BootTrust(_NOT_LIVE, _NOT_LIVE, _NOT_LIVE, None, _NOT_LIVE)
    present, version = _tpm(host)
    return BootTrust(_firmware(host), _secure_boot(host), present, version, _measured(host, present=present))


def _firmware(host: Host) -> Literal["uefi", "bios"] | None:
    """DMI without EFI is a BIOS; small virtual machines have neither."""
    if host.exists(EFI):
        return "uefi"
    return "bios" if host.exists(DMI) else None


def _secure_boot(host: Host) -> Maybe[bool | None]:
    """An EFI variable: four bytes of attributes, then its value."""
    if not host.exists(EFI):
        return None
    try:
        variable = host.read_bytes(SECURE_BOOT)
        known = variable is not None or host.list_dir(f"{EFI}/efivars")
    except Refused:
        return _NO_PERMISSION
    if not known:
        return Unknown(unknown="undecided")  # efivarfs is not mounted
    return variable is not None and variable[4:5] == b"\1"


def _tpm(host: Host) -> tuple[bool, str | None]:
    for name in host.list_dir(TPM):
        major = (host.read_text(f"{TPM}/{name}/tpm_version_major") or "").strip()
        capabilities = host.read_text(f"{TPM}/{name}/device/caps") or ""
        if major == "2":
            return True, "2.0"
        return True, "1.2" if major == "1" or "TCG version: 1.2" in capabilities else None
    tcm = any(map(host.exists, _TCM_DEVICES))
    return tcm, "tcm" if tcm else None


def _measured(host: Host, *, present: bool) -> Maybe[bool]:
    try:
        log = host.read_bytes(MEASUREMENTS, limit=0)
    except Refused:
        return _NO_PERMISSION
    except TooLarge:
        return True
    if log is None and present and not host.list_dir("/sys/kernel/security"):
        return Unknown(unknown="undecided")  # securityfs is not mounted
    return False
