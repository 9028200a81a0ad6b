"""vsftpd.conf(5): whether anybody may come in as `anonymous`."""

from rongdun_agent.host import Host
from rongdun_agent.setting import Setting
from rongdun_contract.facts.model import Maybe, Unknown

_PROGRAMS = {"vsftpd": "/usr/sbin/vsftpd", "proftpd": "/usr/sbin/proftpd", "pure-ftpd": "/usr/sbin/pure-ftpd"}
_CONFIGS = ("/etc/vsftpd.conf", "/etc/vsftpd/*.conf")
_YES = frozenset(("yes", "true", "1"))
_BUILT_IN = Setting("YES", "default of vsftpd")


def ftp_server(host: Host) -> str | None:
    """The FTP server that is installed."""
    return next((name for name, program in _PROGRAMS.items() if host.exists(program)), None)


def anonymous_ftp(host: Host, server: str | None) -> tuple[Maybe[bool], Setting | None]:
    """Whether some configuration of vsftpd lets anybody in, as it does unless told otherwise. Raises `Refused`."""
    if server != "vsftpd":
        return (False if server is None else Unknown(unknown="undecided")), None
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
