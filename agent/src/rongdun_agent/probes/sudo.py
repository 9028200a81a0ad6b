"""Who may become whom: sudoers with its includes and aliases resolved."""

import re

from rongdun_agent.changeable import Changeable
from rongdun_agent.host import Host, HostError, Refused
from rongdun_agent.probed import Probed
from rongdun_agent.redaction import redact
from rongdun_agent.sudoers.aliases import Aliases
from rongdun_agent.sudoers.defaults import Defaults, resolve_defaults, seconds
from rongdun_agent.sudoers.entries import Default, Privilege
from rongdun_agent.sudoers.files import PATH, read_sudoers
from rongdun_agent.sudoers.grants import grants_of
from rongdun_contract.documents import Source
from rongdun_contract.facts.model import Unknown
from rongdun_contract.facts.sudo import Grant, Sudo

_PROGRAMS = ("/usr/bin/sudo", "/usr/local/bin/sudo", "/bin/sudo")
_VERSION = re.compile(rb"\x00(1\.[0-9]{1,2}\.[0-9]{1,3}(?:p[0-9]{1,2}|b[0-9]|rc[0-9])?)\x00")
_REFUSED = Unknown(unknown="no permission")


def probe(host: Host) -> Probed:
    """Read the policy; without root's rights it is closed, and then everything about it is unknown."""
    program = next((path for path in _PROGRAMS if host.is_file(path)), None)
    if program is None and host.stat(PATH) is None:
        return Probed(Sudo())
    version = _version(host, program) if program else None
    try:
        return _policy(host, version)
    except Refused:
        return Probed(
            Sudo(
                installed=True,
                version=version,
                valid=_REFUSED,
                defaults=_REFUSED,
                scoped_defaults=_REFUSED,
                grants=_REFUSED,
                timestamp_timeout_s=_REFUSED,
                files=_REFUSED,
            )
        )


def _policy(host: Host, version: str | None) -> Probed:
    sudoers = read_sudoers(host)
    aliases = Aliases(sudoers.entries)
    broken = sudoers.broken + aliases.broken
    defaults = resolve_defaults((entry for entry in sudoers.entries if isinstance(entry, Default)), aliases)
    sources = _default_sources(defaults)
    if broken:
        sources["valid"] = Source(where=broken[0], overrides=tuple(broken[1:]))
    privileges = (entry for entry in sudoers.entries if isinstance(entry, Privilege))
    changeable = Changeable(host)
    grants: list[Grant] = []
    for grant, where in grants_of(privileges, aliases, defaults):
        sources[f"grants[{len(grants)}]"] = Source(where=where)
        grants.append(
            grant.model_copy(
                update={"command": redact(grant.command), "writable_by_others": _writable(changeable, grant.command)}
            )
        )
    facts = Sudo(
        installed=True,
        version=version,
        valid=not broken,
        defaults={name: setting.value for name, setting in defaults.settings.items()},
        scoped_defaults=tuple(setting.value for setting in defaults.scoped),
        grants=tuple(grants),
        timestamp_timeout_s=seconds(defaults.settings.get("timestamp_timeout")),
        files=tuple(sudoers.files),
    )
    return Probed(facts, sources)


def _default_sources(defaults: Defaults) -> dict[str, Source]:
    sources = {f'defaults["{name}"]': setting.source for name, setting in defaults.settings.items()}
    sources |= {f"scoped_defaults[{index}]": setting.source for index, setting in enumerate(defaults.scoped)}
    if "timestamp_timeout" in defaults.settings:
        sources["timestamp_timeout_s"] = defaults.settings["timestamp_timeout"].source
    return sources


def _writable(changeable: Changeable, command: str) -> bool | Unknown | None:
    """Whether others can change the program; there is none for `ALL`, patterns, directories, and what is forbidden."""
    path = command.partition(" ")[0]
    if not path.startswith("/") or path.endswith("/") or re.search(r"[*?\[]", path):
        return None
    try:
        return changeable(path)
    except Refused:
        return _REFUSED


def _version(host: Host, program: str) -> str | None:
    """The version that the program itself carries, as `sudo -V` would print it."""
    try:
        found = _VERSION.search(host.read_bytes(program) or b"")
    except HostError:
        return None
    return found[1].decode() if found else None
