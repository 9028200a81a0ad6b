"""Who may interfere with starting up: the boot loader's password, rescue shells, Ctrl-Alt-Del, the debug shell."""

import re

from rongdun_agent.host import Host, Refused
from rongdun_agent.kernel_command_line import running_words
from rongdun_agent.probed import Probed
from rongdun_agent.systemd_units import BootStates
from rongdun_agent.systemd_units.syntax import boolean, gathered
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.boot import Boot

GRUB_CONFIGS = ("/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", "/boot/efi/EFI/*/grub.cfg")
RESCUE_UNITS = ("rescue.service", "emergency.service")

_REFUSED = Unknown(unknown="no permission")
_SUPERUSERS = re.compile(r"^\s*set\s+superusers\s*=\s*[\"']?([^\"'\n]*)[\"']?", re.MULTILINE)
_PASSWORD = re.compile(r"^\s*password_pbkdf2\s+[\"']?([^\s\"']+)[\"']?\s+(\S+)", re.MULTILINE)
_USER_PASSWORD = re.compile(r"^\s*GRUB2_PASSWORD=[\"']?(grub\.pbkdf2\.\S+)", re.MULTILINE)
_STUB = re.compile(r"^\s*configfile\s", re.MULTILINE)


def probe(host: Host) -> Probed:
    """Read GRUB's compiled configuration and the units; what only root may read is unknown without root."""
    states = host.once(BootStates)
    config = _grub_config(host)
    password = _loader_password(host, config)
    facts = Boot(
        loader="grub" if isinstance(config, str) else config,
        loader_password=password,
        loader_entries_unrestricted=_unrestricted(host, config, password),
        rescue_needs_password=_rescue_needs_password(host, states),
        ctrl_alt_del_reboots=_ctrl_alt_del(states),
        debug_shell_enabled=_debug_shell(host, states),
    )
    sources = {"loader_password": Source(where=config)} if isinstance(config, str) else {}
    for name, unit in (("ctrl_alt_del_reboots", "ctrl-alt-del.target"), ("rescue_needs_password", RESCUE_UNITS[0])):
        place = states.units.place(unit)
        if place:
            sources[name] = Source(where=place)
    return Probed(facts, sources)


def _grub_config(host: Host) -> Maybe[str | None]:
    """The first configuration that is a menu; the one on the EFI partition is often a stub that leads to it.

    Where a closed directory may hold the menu, that there is none cannot be said.
    """
    found: list[str] = []
    closed = False
    for pattern in GRUB_CONFIGS:
        try:
            found += host.glob(pattern)
        except Refused:
            closed = True
    menu = next((path for path in found if not _is_stub(host, path)), None)
    if menu is None and closed:
        return _REFUSED
    return menu or next(iter(found), None)


def _is_stub(host: Host, path: str) -> bool:
    try:
        text = host.read_text(path) or ""
    except Refused:
        return False
    return bool(_STUB.search(text)) and "menuentry" not in text


def _loader_password(host: Host, config: Maybe[str | None]) -> Maybe[bool | None]:
    """A superuser whose PBKDF2 password GRUB knows; on Red Hat's layout the password stands in user.cfg."""
    if not isinstance(config, str):
        return config
    try:
        text = host.read_text(config) or ""
        user = host.read_text(config.removesuffix("grub.cfg") + "user.cfg") or ""
    except Refused:
        return _REFUSED
    superusers = {name for found in _SUPERUSERS.findall(text) for name in re.split(r"[\s,;&|]+", found) if name}
    passwords = dict(_PASSWORD.findall(text))
    from_user_file = _USER_PASSWORD.search(user) is not None
    for name in superusers:
        value = passwords.get(name, "")
        if value.startswith("grub.pbkdf2.") or ("GRUB2_PASSWORD" in value and from_user_file):
            return True
    return False


def _unrestricted(host: Host, config: Maybe[str | None], password: Maybe[bool | None]) -> Maybe[bool | None]:
    """Whether entries boot without the password, which then guards their editing only; absent without a password."""
    if isinstance(password, Unknown):
        return password
    if not isinstance(config, str) or not password:
        return None
    return "--unrestricted" in (host.read_text(config) or "")


def _rescue_needs_password(host: Host, states: BootStates) -> Maybe[bool | None]:
    """Both rescue shells ask by sulogin(8), and no SYSTEMD_SULOGIN_FORCE lets a locked root in."""
    answers = [_asks(host, states, name) for name in RESCUE_UNITS]
    there = [answer for answer in answers if answer is not None]
    if False in there:
        return False
    return next((answer for answer in there if isinstance(answer, Unknown)), True if there else None)


def _asks(host: Host, states: BootStates, name: str) -> Maybe[bool | None]:
    unit = states.units.find(name)
    if unit is None:
        return None
    if unit.file.state == "masked":
        return True  # no shell, no way in
    files = [unit.file, *states.units.drop_ins(unit)]
    if any(file.state == "unreadable" for file in files):
        return _REFUSED
    starts = gathered((one for file in files for one in file.assignments), "ExecStart")
    forced = any("SYSTEMD_SULOGIN_FORCE=1" in (host.read_text(file.path) or "") for file in files)
    return bool(starts) and all("sulogin" in one.value for one in starts) and not forced


def _ctrl_alt_del(states: BootStates) -> Maybe[bool | None]:
    unit = states.units.find("ctrl-alt-del.target")
    if unit is None:
        return None
    return unit.file.state != "masked"


def _debug_shell(host: Host, states: BootStates) -> Maybe[bool]:
    """Enabled, or asked for on the kernel's command line (systemd-debug-generator(8))."""
    for word in running_words(host):
        name, _, value = word.partition("=")
        if name in ("systemd.debug_shell", "systemd.debug-shell") and boolean(value) is not False:
            return True
    return states.starts("debug-shell.service")
