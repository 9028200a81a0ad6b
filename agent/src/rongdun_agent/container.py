"""Whether a system runs in a container: then its kernel, and much of /proc and /sys, belong to another host."""

from rongdun_agent.host import Host, Refused
from rongdun_contract.facts import Maybe, Unknown

_SAID_BY_SYSTEMD = ("/run/systemd/container", "/run/host/container-manager")
_SAID_BY_ENGINES = ("/.dockerenv", "/run/.containerenv")
"""Also found on machines that were made of a container's image: they count only where nothing speaks against them."""


def in_container(host: Host) -> Maybe[bool]:
    """Follow the signs that need no privilege; a tree that does not run is in none unless it says so itself."""
    if _told_by_init(host) or _any_of(host, _SAID_BY_SYSTEMD):
        return True
    kernel = _kernel_threads(host)
    if kernel is not None:
        return not kernel
    if _any_of(host, _SAID_BY_ENGINES):
        return True
    return Unknown(unknown="no permission") if host.live else False


def container_kind(host: Host) -> str | None:
    """The manager's name as systemd-detect-virt(1) gives it: `docker`, `podman`, `lxc`, `systemd-nspawn`, ..."""
    for path in _SAID_BY_SYSTEMD:
        if name := (host.read_text(path) or "").strip():
            return name
    if told := _told_by_init(host):
        return told
    if host.exists("/run/.containerenv"):
        return "podman"
    return "docker" if host.exists("/.dockerenv") else None


def _told_by_init(host: Host) -> str | None:
    """The variable `container` that managers give to process 1; only its own user and root can see it."""
    if host.exists("/proc/vz") and not host.exists("/proc/bc"):
        return "openvz"
    try:
        environment = host.read_text("/proc/1/environ") or ""
    except Refused:
        return None
    return next((v.partition("=")[2] for v in environment.split("\0") if v.startswith("container=")), None)


def _kernel_threads(host: Host) -> bool | None:
    """Whether process 2 is the kernel's, as on every machine, and in no container that counts processes anew."""
    try:
        second = host.read_text("/proc/2/comm")
        first = host.read_text("/proc/1/comm")
    except Refused:
        return None
    if second is not None:
        return second.strip() == "kthreadd"
    # a machine that runs shows process 1 and no process 2 only when that is what there is
    return False if host.live and first is not None else None


def _any_of(host: Host, signs: tuple[str, ...]) -> bool:
    """Whether one of the signs can be seen; one that is hidden from us speaks neither way."""
    for sign in signs:
        try:
            if host.exists(sign):
                return True
        except Refused:
            continue
    return False
