"""Defaults for new accounts and new passwords, and what a new session gets."""

import re

from rongdun_agent.changeable import Changeable
from rongdun_agent.host import Host, HostError, Refused
from rongdun_agent.limits_conf import hard_core_limit
from rongdun_agent.login_defs import PATH as LOGIN_DEFS
from rongdun_agent.login_defs import number, read_login_defs, search_key
from rongdun_agent.pam_stacks.chains import PamFiles
from rongdun_agent.probed import Probed
from rongdun_agent.session_umask import session_umask
from rongdun_agent.setting import Setting
from rongdun_agent.shell_profiles.login_session import Person, log_in
from rongdun_agent.shell_profiles.outcome import Undecided
from rongdun_agent.shell_profiles.session_facts import session_facts
from rongdun_agent.shell_profiles.world import World
from rongdun_contract.documents import Source
from rongdun_contract.facts.model import Unknown
from rongdun_contract.facts.password_policy import LoginDefs, PasswordPolicy, ShellSession

USERADD, PRELOAD = "/etc/default/useradd", "/etc/ld.so.preload"
_SOMEBODY, _SKELETON = 1000, "/etc/skel"
_OCTAL = re.compile(r"[0-7]{1,4}")
_DEFAULT_PATH = Setting("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "default")
_REFUSED, _UNDECIDED = Unknown(unknown="no permission"), Unknown(unknown="undecided")


def probe(host: Host) -> Probed:
    """Read the files that new accounts and sessions are made by; start-up files are followed, not executed."""
    sources: dict[str, Source] = {}
    logins = _Logins(host)
    useradd = _useradd(host)
    sources |= {f"useradd_{fact}": useradd[key].source for fact, key in _USERADD_FACTS.items() if key in useradd}
    path = _root_path(logins, sources)
    inactive = number(useradd.get("INACTIVE"))
    return Probed(
        PasswordPolicy(
            login_defs=_login_defs(host, sources),
            useradd_inactive_days=None if inactive is None or inactive < 0 else inactive,
            useradd_expires=useradd["EXPIRE"].value or None if "EXPIRE" in useradd else None,
            session=_session(logins, sources),
            core_dumps_limited=_core_dumps(host, sources),
            ld_so_preload=_preloaded(host, sources),
            root_path=path,
            root_path_open=path if isinstance(path, Unknown) else _open_to_others(host, path),
        ),
        sources,
    )


_USERADD_FACTS = {"inactive_days": "INACTIVE", "expires": "EXPIRE"}
_NUMBERS = {
    "maximum_days": "PASS_MAX_DAYS",
    "minimum_days": "PASS_MIN_DAYS",
    "warning_days": "PASS_WARN_AGE",
    "minimum_length": "PASS_MIN_LEN",
    "uid_min": "UID_MIN",
    "login_retries": "LOGIN_RETRIES",
    "login_timeout_s": "LOGIN_TIMEOUT",
    "fail_delay_s": "FAIL_DELAY",
}


def _login_defs(host: Host, sources: dict[str, Source]) -> LoginDefs:
    """Numbers as shadow reads them, negative ones being no limit; the umask as pam_umask(8) reads it, in octal."""
    found = read_login_defs(host)
    names = {**_NUMBERS, "encrypt_method": "ENCRYPT_METHOD", "umask": "UMASK", "always_set_path": "ALWAYS_SET_PATH"}
    sources |= {f"login_defs.{fact}": found[name].source for fact, name in names.items() if name in found}
    numbers = {fact: number(found.get(name)) for fact, name in _NUMBERS.items()}
    umask = search_key(LOGIN_DEFS, host.lines(LOGIN_DEFS), "UMASK")
    return LoginDefs(
        **{fact: value for fact, value in numbers.items() if value is not None and value >= 0},
        encrypt_method=found["ENCRYPT_METHOD"].value if "ENCRYPT_METHOD" in found else None,
        umask=f"{int(umask.value, 8):04o}" if umask and _OCTAL.fullmatch(umask.value) else None,
        always_set_path=found["ALWAYS_SET_PATH"].value.lower() == "yes" if "ALWAYS_SET_PATH" in found else None,
    )


def _useradd(host: Host) -> dict[str, Setting]:
    """`KEY=value` lines of useradd(8)'s defaults; the last one wins."""
    found: dict[str, Setting] = {}
    for index, line in enumerate(host.lines(USERADD), 1):
        key, sign, value = line.strip().partition("=")
        if sign and not key.startswith("#"):
            found[key] = Setting(value.strip().strip('"'), f"{USERADD}:{index}").over(found.get(key))
    return found


class _Logins:
    """Logs people in; the files that all of them depend on are read once."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._pam = PamFiles(host)
        self._defs = read_login_defs(host)

    def log_in(self, uid: int, home: str) -> World:
        """Start a login shell for root or for a new account; raises `Undecided` and the door's refusals."""
        private_groups = "USERGROUPS_ENAB" in self._defs and self._defs["USERGROUPS_ENAB"].value.lower() == "yes"
        given = self._defs.get("ENV_PATH" if uid else "ENV_SUPATH")
        path = Setting(given.value.removeprefix("PATH="), given.where) if given else _DEFAULT_PATH
        person = Person(uid, "somebody" if uid else "root", home, private_group=not uid or private_groups)
        return log_in(self._host, person, session_umask(self._host, self._pam, root=not uid), path)


def _session(logins: _Logins, sources: dict[str, Source]) -> ShellSession | Unknown:
    try:
        facts, places = session_facts(logins.log_in(_SOMEBODY, _SKELETON), logins.log_in(0, _SKELETON))
    except Refused:
        return _REFUSED
    except (Undecided, HostError):
        return _UNDECIDED
    sources |= {f"session.{fact}": source for fact, source in places.items()}
    return facts


def _root_path(logins: _Logins, sources: dict[str, Source]) -> tuple[str, ...] | Unknown:
    """Root's search path, with what root's own start-up files add to it."""
    try:
        path = logins.log_in(0, "/root").get("PATH")
    except Refused:
        return _REFUSED
    except (Undecided, HostError):
        return _UNDECIDED
    if path.where:
        sources["root_path"] = Source(where=path.where, overrides=path.overrides)
    return _UNDECIDED if path.value is None else tuple(path.value.split(":"))


def _open_to_others(host: Host, path: tuple[str, ...]) -> tuple[str, ...] | Unknown:
    changeable = Changeable(host)
    try:
        return tuple(place for place in dict.fromkeys(path) if place[:1] == "/" and changeable.lets_others_add(place))
    except Refused:
        return _REFUSED


def _core_dumps(host: Host, sources: dict[str, Source]) -> bool | Unknown:
    try:
        limited, where = hard_core_limit(host)
    except Refused:
        return _REFUSED
    if where:
        sources["core_dumps_limited"] = Source(where=where)
    return limited


def _preloaded(host: Host, sources: dict[str, Source]) -> tuple[str, ...] | Unknown:
    """Libraries that every program is started with."""
    libraries: list[str] = []
    try:
        for index, line in enumerate(host.lines(PRELOAD), 1):
            for name in re.split(r"[\s:]+", line.partition("#")[0].strip()):
                if name:
                    sources[f"ld_so_preload[{len(libraries)}]"] = Source(where=f"{PRELOAD}:{index}")
                    libraries.append(name)
    except Refused:
        return _REFUSED
    return tuple(libraries)
