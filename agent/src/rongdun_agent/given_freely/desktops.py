"""Display managers: as whom a desktop starts without asking."""

from collections.abc import Iterable

from rongdun_agent.host import Host
from rongdun_agent.setting import Setting

_LIGHTDM = (
    *("/usr/share/lightdm/lightdm.conf.d/*.conf", "/etc/xdg/lightdm/lightdm.conf.d/*.conf"),
    *("/etc/lightdm/lightdm.conf.d/*.conf", "/etc/lightdm/lightdm.conf"),
)
_SDDM = ("/usr/lib/sddm/sddm.conf.d/*", "/etc/sddm.conf.d/*", "/etc/sddm.conf")
_GDM = ("/etc/gdm3/daemon.conf", "/etc/gdm3/custom.conf", "/etc/gdm/daemon.conf", "/etc/gdm/custom.conf")
_TRUE = frozenset(("true", "1"))


def automatic_logins(host: Host, managers: Iterable[str]) -> tuple[Setting, ...]:
    """The accounts, with the lines that name them. Raises `Refused`."""
    found: list[Setting] = []
    for name in managers:
        found += _READERS[name](host)
    return tuple(found)


def _lightdm(host: Host) -> list[Setting]:
    """A seat of its own name may differ from the others, so each section counts by itself."""
    settings = _settings(host, _LIGHTDM)
    return [one for (_, key), one in settings.items() if key == "autologin-user" and one.value]


def _gdm(host: Host) -> list[Setting]:
    """After a while (`TimedLogin`) is without asking too."""
    settings = {key: one for (section, key), one in _settings(host, _GDM).items() if section == "daemon"}
    found = []
    for enable, account in (("automaticloginenable", "automaticlogin"), ("timedloginenable", "timedlogin")):
        switch, who = settings.get(enable), settings.get(account)
        if switch and switch.value.lower() in _TRUE and who and who.value:
            found.append(who)
    return found


def _sddm(host: Host) -> list[Setting]:
    one = _settings(host, _SDDM).get(("autologin", "user"))
    return [one] if one and one.value else []


_READERS = {"gdm": _gdm, "lightdm": _lightdm, "sddm": _sddm}


def _settings(host: Host, patterns: Iterable[str]) -> dict[tuple[str, str], Setting]:
    """Settings of key files by section and key, in small letters; later files and lines win."""
    found: dict[tuple[str, str], Setting] = {}
    for path in (path for pattern in patterns for path in host.glob(pattern) if host.is_file(path)):
        section = ""
        for number, line in enumerate(host.lines(path), 1):
            text = line.strip()
            if text.startswith("[") and text.endswith("]"):
                section = text[1:-1].lower()
            elif text and text[0] not in "#;" and "=" in text:
                key, _, value = text.partition("=")
                place = (section, key.strip().lower())
                found[place] = Setting(value.strip().strip('"'), f"{path}:{number}").over(found.get(place))
    return found
