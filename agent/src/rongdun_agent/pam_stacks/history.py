"""Who remembers old passwords: pam_pwhistory(8), and pam_unix's `remember`."""

from collections.abc import Mapping
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.login_defs import search_key
from rongdun_agent.pam_stacks.chains import Handler, PamFiles
from rongdun_agent.pam_stacks.conf import existing, leading_number, of_arguments
from rongdun_agent.setting import Setting

PWHISTORY_FILES = ("/etc/security/pwhistory.conf", "/usr/etc/security/pwhistory.conf")
_DEFAULT_REMEMBER, _MOST = 10, 400


class Memory(NamedTuple):
    """How many old passwords a line compares with; 0 is none."""

    remember: int
    binds_root: bool
    source: Setting


def memory_of(host: Host, files: PamFiles, handler: Handler) -> Memory | None:
    """The memory that a line of a password stack sets up; nothing for a module that has none."""
    given = dict(of_arguments(handler.args, handler.where))
    if handler.module == "pam_unix":
        setting = given.get("remember", Setting("0", handler.where))
        return Memory(min(leading_number(setting.value) or 0, _MOST), binds_root=False, source=setting)
    if handler.module != "pam_pwhistory":
        return None
    conf = _conf(host, files, given)
    setting = given.get("remember") or conf.get("remember") or Setting("", handler.where)
    remember = leading_number(setting.value)
    return Memory(
        min(_DEFAULT_REMEMBER if remember is None else remember, _MOST),
        binds_root="enforce_for_root" in given or "enforce_for_root" in conf,
        source=setting.over(conf.get("remember") if "remember" in given else None),
    )


def _conf(host: Host, files: PamFiles, given: Mapping[str, Setting]) -> dict[str, Setting]:
    """The settings of the module's file, which versions before 1.5.3 do not read."""
    if not files.modules.knows("pam_pwhistory", b"pwhistory.conf"):
        return {}
    path = given["conf"].value if "conf" in given else existing(host, PWHISTORY_FILES)
    lines = host.lines(path) if path else ()
    found = {name: search_key(path or "", lines, name) for name in ("remember", "enforce_for_root")}
    return {name: setting for name, setting in found.items() if setting is not None}
