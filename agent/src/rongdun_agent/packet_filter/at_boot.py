"""Who loads the packet filter at boot, and what its files say about a stranger's packets."""

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.systemd_units import BootStates
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.firewall import Policy

_SETTING = re.compile(r"\s*([A-Za-z_]+)\s*=\s*[\"']?([^\"'#\s]*)")
_UFW_POLICIES: dict[str, Policy] = {"DROP": "drop", "REJECT": "reject", "ACCEPT": "accept"}
_ZONE_TARGETS: dict[str, Policy] = {"DROP": "drop", "ACCEPT": "accept", "%%REJECT%%": "reject", "REJECT": "reject"}
_INPUT_HOOK = re.compile(r"hook\s+input\s+priority[^;]*;(?:[^}]*?policy\s+(?P<policy>accept|drop)\s*;)?")
_COMMENT = re.compile(r"#[^\n]*")
_ZONE_TARGET = re.compile(r"<zone\b[^>]*\btarget\s*=\s*\"([^\"]*)\"")
_UNCLEAR = Unknown(unknown="undecided")


class AtBoot(NamedTuple):
    """`manager` may be installed without being enabled; `where` is what the default was read from."""

    manager: Literal["firewalld", "ufw", "nftables", "iptables"] | None
    enabled: Maybe[bool]
    default: Maybe[Policy | None]
    where: str


def read_manager(host: Host, states: BootStates) -> AtBoot:
    """The first manager that is enabled; if none is, the first that is installed."""
    found = [read(host, states) for read in _READERS]
    there = [each for each in found if each is not None]
    there.sort(key=lambda each: (each.enabled is not True, each.enabled is False))  # on, unclear, off
    return there[0] if there else AtBoot(None, enabled=False, default=None, where="/etc")


def _firewalld(host: Host, states: BootStates) -> AtBoot | None:
    if not host.exists("/usr/sbin/firewalld"):
        return None
    zone = _settings(host, "/etc/firewalld/firewalld.conf").get("DefaultZone") or "public"
    for folder in ("/etc/firewalld/zones", "/usr/lib/firewalld/zones"):
        path = f"{folder}/{zone}.xml"
        text = host.read_text(path)
        if text is not None:
            target = _ZONE_TARGET.search(text)
            # a zone without a target rejects what no rule of it names (firewalld.zone(5))
            default = _ZONE_TARGETS.get(target[1], _UNCLEAR) if target and target[1] != "default" else "reject"
            return AtBoot("firewalld", states.starts("firewalld.service"), default, path)
    return AtBoot("firewalld", states.starts("firewalld.service"), _UNCLEAR, "/etc/firewalld/firewalld.conf")


def _ufw(host: Host, states: BootStates) -> AtBoot | None:
    if not host.exists("/usr/sbin/ufw"):
        return None
    on = _settings(host, "/etc/ufw/ufw.conf").get("ENABLED", "no").lower() == "yes"
    policy = _settings(host, "/etc/default/ufw").get("DEFAULT_INPUT_POLICY", "DROP").upper()
    default = _UFW_POLICIES.get(policy, _UNCLEAR) if on else None
    return AtBoot("ufw", states.starts("ufw.service") if on else False, default, "/etc/default/ufw")


def _nftables(host: Host, states: BootStates) -> AtBoot | None:
    path = next((p for p in ("/etc/nftables.conf", "/etc/sysconfig/nftables.conf") if host.exists(p)), None)
    if path is None:
        return None
    return AtBoot("nftables", states.starts("nftables.service"), _nftables_default(host.read_text(path) or ""), path)


def _nftables_default(text: str) -> Maybe[Policy | None]:
    """The policy of the input hook where the file itself shows it; what it includes is not followed."""
    text = _COMMENT.sub("", text)
    hooks = [match["policy"] or "accept" for match in _INPUT_HOOK.finditer(text)]
    if "drop" in hooks:
        return "drop"
    if re.search(r"^\s*include\b", text, re.MULTILINE):
        return _UNCLEAR
    # an accepting hook may still end in an unconditional drop, which only the loaded rules show
    return _UNCLEAR if hooks and re.search(r"\b(drop|reject)\b", text) else ("accept" if hooks else None)


def _iptables(host: Host, states: BootStates) -> AtBoot | None:
    for path, unit in (
        ("/etc/iptables/rules.v4", "netfilter-persistent.service"),
        ("/etc/sysconfig/iptables", "iptables.service"),
    ):
        text = host.read_text(path)
        if text is not None:
            policy = re.search(r"^:INPUT\s+(ACCEPT|DROP)", text, re.MULTILINE)
            default: Maybe[Policy | None] = "drop" if policy and policy[1] == "DROP" else _UNCLEAR
            return AtBoot("iptables", states.starts(unit), default, path)
    return None


def _settings(host: Host, path: str) -> dict[str, str]:
    matches = (_SETTING.match(line) for line in host.lines(path))
    return {match[1]: match[2] for match in matches if match}


_READERS: tuple[Callable[[Host, BootStates], AtBoot | None], ...] = (_firewalld, _ufw, _nftables, _iptables)
