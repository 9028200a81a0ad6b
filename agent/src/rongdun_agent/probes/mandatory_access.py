"""Mandatory access control: what is in force now, and what the configuration asks for at the next boot."""

from rongdun_agent.apparmor_profiles import LIST as PROFILES
from rongdun_agent.apparmor_profiles import loaded_profiles
from rongdun_agent.boot_entries import words_at_boot
from rongdun_agent.host import Host, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.systemd_units import BootStates
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.mandatory_access import Apparmor, Kysec, MandatoryAccess, Selinux, SelinuxMode

SELINUX_CONFIG, SELINUX_ENFORCE = "/etc/selinux/config", "/sys/fs/selinux/enforce"
APPARMOR_ENABLED = "/sys/module/apparmor/parameters/enabled"
APPARMOR_FILES = "/etc/apparmor.d"
KYSEC = ("/sys/kernel/security/kysec", "/usr/sbin/kysec_set", "/etc/kysec")
"""Traces of Kylin's module (from its users' descriptions; unverified on a real Kylin)."""
LSM = "/sys/kernel/security/lsm"

_NOT_LIVE, _REFUSED, _UNDECIDED = (
    Unknown(unknown="not a live host"),
    Unknown(unknown="no permission"),
    Unknown(unknown="undecided"),
)
_ENFORCING = frozenset(("enforce", "kill"))


def probe(host: Host) -> Probed:
    """Read the three systems that are met; one of them in force is enough, none must be guessed."""
    selinux, apparmor, kysec = _selinux(host), _apparmor(host), _kysec(host)
    facts = MandatoryAccess(
        kernel_modules=_kernel_modules(host),
        selinux=selinux,
        apparmor=apparmor,
        kysec=kysec,
        in_force=_in_force(selinux, apparmor, kysec, boots_without_apparmor=_switched_off(host.once(words_at_boot))),
    )
    sources = {
        "selinux.running": Source(where=SELINUX_ENFORCE),
        "selinux": Source(where=SELINUX_CONFIG),
        "apparmor.enabled": Source(where=APPARMOR_ENABLED),
        "apparmor": Source(where=PROFILES),
        "kernel_modules": Source(where=LSM),
    }
    return Probed(facts, sources)


def _kernel_modules(host: Host) -> Maybe[tuple[str, ...]]:
    text = host.read_text(LSM)
    if text is None:
        return _UNDECIDED if host.live else _NOT_LIVE
    return tuple(sorted(name for name in text.strip().split(",") if name))


def _selinux(host: Host) -> Selinux | None:
    """Absent where neither the kernel nor the configuration knows it."""
    enforce, lines = host.read_text(SELINUX_ENFORCE), host.lines(SELINUX_CONFIG)
    if enforce is None and not lines:
        return None
    running: Maybe[SelinuxMode | None] = "disabled" if host.live else _NOT_LIVE
    if enforce is not None:
        running = "enforcing" if enforce.strip() == "1" else "permissive"
    policy = next((line[12:].strip() for line in lines if line.startswith("SELINUXTYPE=")), None)
    return Selinux(running=running, configured=_configured(host, lines), policy=policy or None)


def _configured(host: Host, lines: tuple[str, ...]) -> SelinuxMode | None:
    """The first line that names a mode counts; the command line of the next boot overrides it (selinux(8))."""
    words = host.once(words_at_boot)
    if "selinux=0" in words:
        return "disabled"
    modes: tuple[SelinuxMode, ...] = ("enforcing", "permissive", "disabled")
    found: SelinuxMode | None = None
    for line in lines:
        value = line[8:].lower() if line.startswith("SELINUX=") else ""
        found = next((mode for mode in modes if value.startswith(mode)), None)
        if found:
            break
    if found in ("enforcing", "permissive") and "enforcing=0" in words:
        return "permissive"
    return found


def _apparmor(host: Host) -> Apparmor | None:
    enabled, files = host.read_text(APPARMOR_ENABLED), _profile_files(host)
    if enabled is None and not files:
        return None
    on: Maybe[bool] = (False if host.live else _NOT_LIVE) if enabled is None else enabled.strip() == "Y"
    enforcing, complaining = _profiles(host, on)
    return Apparmor(
        enabled=on,
        service_enabled=host.once(BootStates).starts("apparmor.service"),
        enforcing=enforcing,
        complaining=complaining,
        profile_files=files,
    )


def _switched_off(words: list[str]) -> bool:
    """Whether the command line of a boot leaves AppArmor out; `lsm=` lists all modules, `security=` names the one."""
    said = dict(word.partition("=")[::2] for word in words)
    if said.get("apparmor") == "0":
        return True
    listed = said.get("lsm", said.get("security"))
    return listed is not None and "apparmor" not in listed.split(",")


def _profile_files(host: Host) -> tuple[str, ...]:
    names = host.list_dir(APPARMOR_FILES)
    return tuple(name for name in names if not name.startswith(".") and host.is_file(f"{APPARMOR_FILES}/{name}"))


def _profiles(host: Host, on: Maybe[bool]) -> tuple[Maybe[tuple[str, ...]], Maybe[tuple[str, ...]]]:
    """Loaded profiles: those that are enforced, and the others."""
    if on is False:
        return (), ()
    try:
        loaded = loaded_profiles(host)
    except Refused:
        return _REFUSED, _REFUSED
    if loaded is None:
        unknown = _UNDECIDED if host.live else _NOT_LIVE
        return unknown, unknown
    enforcing = tuple(sorted(profile.name for profile in loaded if profile.mode in _ENFORCING))
    return enforcing, tuple(sorted(profile.name for profile in loaded if profile.mode not in _ENFORCING))


def _kysec(host: Host) -> Kysec | None:
    """That it is there can be seen; in which mode, only its own tools tell."""
    if not any(host.exists(path) for path in KYSEC):
        return None
    return Kysec(present=True, mode=_UNDECIDED)


def _in_force(
    selinux: Selinux | None, apparmor: Apparmor | None, kysec: Kysec | None, *, boots_without_apparmor: bool
) -> Maybe[bool]:
    """Kleene's any over the systems that are there."""
    answers: list[Maybe[bool]] = []
    if selinux is not None:
        answers.append(_both(_is(selinux.running, "enforcing"), _is(selinux.configured, "enforcing")))
    if apparmor is not None and not boots_without_apparmor:
        loaded = apparmor.enforcing if isinstance(apparmor.enforcing, Unknown) else bool(apparmor.enforcing)
        answers.append(_both(apparmor.enabled, _both(apparmor.service_enabled, loaded)))
    if kysec is not None:
        answers.append(_UNDECIDED)
    if True in answers:
        return True
    return next((answer for answer in answers if isinstance(answer, Unknown)), False)


def _is(value: Maybe[SelinuxMode | None], wanted: SelinuxMode) -> Maybe[bool]:
    return value if isinstance(value, Unknown) else value == wanted


def _both(first: Maybe[bool], second: Maybe[bool]) -> Maybe[bool]:
    """Kleene's and."""
    if first is False or second is False:
        return False
    return next((answer for answer in (first, second) if isinstance(answer, Unknown)), True)
