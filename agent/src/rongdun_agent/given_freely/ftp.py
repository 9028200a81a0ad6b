"""vsftpd.conf(5): whether anybody may come in as `anonymous`."""

from rongdun_agent.host import Host
from rongdun_agent.setting import Setting

_CONFIGS = ("/etc/vsftpd.conf", "/etc/vsftpd/*.conf")
_YES = frozenset(("yes", "true", "1"))
_BUILT_IN = Setting("YES", "default of vsftpd")


def anonymous_ftp(host: Host) -> tuple[bool, Setting]:
    """Whether some configuration of vsftpd lets anybody in, as it does unless told otherwise. Raises `Refused`."""
    paths = [path for pattern in _CONFIGS for path in host.glob(pattern) if host.is_file(path)]
    settings = [_anonymous_enable(host, path) for path in paths] or [_BUILT_IN]
    for setting in settings:
        if setting.value.lower() in _YES:
            return True, setting
    return False, settings[0]


def _anonymous_enable(host: Host, path: str) -> Setting:
    """The last line counts; blanks around `=` are an error at which vsftpd ends, so such a line sets nothing."""
    found = _BUILT_IN
    for number, line in enumerate(host.lines(path), 1):
        key, sign, value = line.rstrip("\r ").partition("=")
        if sign and key.strip().lower() == "anonymous_enable":
            found = Setting(value, f"{path}:{number}").over(found)
    return found
