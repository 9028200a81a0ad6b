"""The kernel that runs, and how it was started."""

from rongdun_agent.boot_entries import next_entry
from rongdun_agent.container import in_container
from rongdun_agent.host import Host, Refused
from rongdun_agent.installed_kernels import RELEASE, is_newer, newest_installed
from rongdun_agent.kernel_command_line import COMMAND_LINE, running_words, shareable, split_words
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.kernel import Kernel

VERSION = "/proc/sys/kernel/version"
LOCKDOWN = "/sys/kernel/security/lockdown"
FLAWS = "/sys/devices/system/cpu/vulnerabilities"
SECURITYFS = "/sys/kernel/security"
MEASUREMENTS = f"{SECURITYFS}/ima/runtime_measurements_count"
_REBOOT_FOR = "/run/reboot-required.pkgs"
_IMAGES = ("linux-image-", "linux-base", "kernel")
_MEASURING = ("ima_policy=", "ima_tcb", "ima_template=")
_NOT_LIVE = Unknown(unknown="not a live host")
_REFUSED = Unknown(unknown="no permission")


def probe(host: Host) -> Probed:
    """Read the running kernel from /proc and /sys, the next one from /boot."""
    sources = {"": Source(where="/proc, /sys and /boot"), "command_line": Source(where=COMMAND_LINE)}
    release = _line(host, RELEASE)
    newest = _newest(host, release)
    flaws = _flaws(host)
    facts = Kernel(
        release=release,
        version=_line(host, VERSION),
        newest_installed=newest,
        reboot_due=_reboot_due(host, release, newest),
        command_line=_running(host),
        command_line_at_boot=_at_boot(host, sources),
        lockdown=_lockdown(host),
        vulnerabilities=flaws,
        vulnerable_to=flaws if isinstance(flaws, Unknown) else _vulnerable(flaws),
        ima_measuring=_measuring(host),
    )
    return Probed(facts, sources | _flaw_sources(facts))


def _line(host: Host, path: str) -> Maybe[str | None]:
    text = host.read_text(path)
    if text is None:
        return None if host.live else _NOT_LIVE
    return text.strip()


def _newest(host: Host, release: Maybe[str | None]) -> Maybe[str | None]:
    try:
        return newest_installed(host, release if isinstance(release, str) else None)
    except Refused:
        return _REFUSED


def _reboot_due(host: Host, release: Maybe[str | None], newest: Maybe[str | None]) -> Maybe[bool | None]:
    contained = in_container(host)
    if contained is True or release is None or newest is None:
        return None
    for needed in (contained, release, newest):
        if isinstance(needed, Unknown):
            return needed
    if any(line.startswith(_IMAGES) for line in host.lines(_REBOOT_FOR)):
        return True
    return is_newer(str(newest), str(release))


def _running(host: Host) -> Maybe[tuple[str, ...]]:
    words = running_words(host)
    return shareable(words) if words or host.live or host.exists(COMMAND_LINE) else _NOT_LIVE


def _at_boot(host: Host, sources: dict[str, Source]) -> Maybe[tuple[str, ...]]:
    try:
        entry = next_entry(host)
    except Refused as refused:
        sources["command_line_at_boot"] = Source(where=refused.path)
        return _REFUSED
    if entry is None:
        return ()
    sources["command_line_at_boot"] = Source(where=entry.where)
    return shareable(split_words(entry.command_line))


def _lockdown(host: Host) -> Maybe[str | None]:
    """The mode in brackets; absent where the kernel has no such file."""
    try:
        text = host.read_text(LOCKDOWN)
    except Refused:
        return _REFUSED
    if text is None:
        return None if host.live or host.is_dir(SECURITYFS) else _NOT_LIVE
    return text.partition("[")[2].partition("]")[0] or text.strip()


def _flaws(host: Host) -> Maybe[dict[str, str]]:
    names = host.list_dir(FLAWS)
    if not names and not host.live:
        return _NOT_LIVE
    return {name: (host.read_text(f"{FLAWS}/{name}") or "").strip() for name in names}


def _vulnerable(flaws: dict[str, str]) -> tuple[str, ...]:
    return tuple(name for name, text in flaws.items() if text.startswith("Vulnerable"))


def _flaw_sources(facts: Kernel) -> dict[str, Source]:
    if isinstance(facts.vulnerable_to, Unknown):
        return {}
    return {f"vulnerable_to[{at}]": Source(where=f"{FLAWS}/{name}") for at, name in enumerate(facts.vulnerable_to)}


def _measuring(host: Host) -> Maybe[bool]:
    """Whether IMA measures more than the boot itself; without its own count, by what the command line asked for."""
    try:
        count = host.read_text(MEASUREMENTS)
    except Refused:
        return True if any(word.startswith(_MEASURING) for word in running_words(host)) else _REFUSED
    if count is not None:
        return count.strip() not in ("", "0", "1")
    if host.list_dir(SECURITYFS):
        return False
    return Unknown(unknown="undecided") if host.live else _NOT_LIVE
