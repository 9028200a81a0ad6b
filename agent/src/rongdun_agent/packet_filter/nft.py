"""`nft -j list ruleset` (libnftables-json(5)) in the form in which rules are judged."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from rongdun_agent.packet_filter.rule import BaseChain, FilterRule, Match, RuleSet, Verdict

Json = Any
"""A part of parsed JSON whose shape the manual leaves open."""
FamilyName = Literal["ipv4", "ipv6"]
_TABLES = {"ipv4": ("ip", "inet"), "ipv6": ("ip6", "inet")}
_PLAIN = frozenset(("counter", "log", "comment", "limit", "quota", "meter", "notrack"))
_UNLIMITED = frozenset(("counter", "log", "comment", "notrack"))
_ICMP = frozenset(("icmp", "icmpv6", "ipv6-icmp", "igmp", 1, 58, 2))
_TO_MANY = ("224.", "239.", "255.", "ff0")


def read_nft(text: str, family: FamilyName) -> tuple[RuleSet, frozenset[str]]:
    """The rules of one family, and the tables that iptables wrote in a form that this output does not show."""
    items = [item for item in json.loads(text)["nftables"] if _table(item).get("family") in _TABLES[family]]
    named = {
        _name(_table(item), _table(item)["name"]): _elements(item) for item in items if {"set", "map"} & item.keys()
    }
    rules, foreign = RuleSet(), set[str]()
    for item in items:
        if "chain" in item:
            chain = item["chain"]
            rules.chains.setdefault(_name(chain, chain["name"]), [])
            if chain.get("hook") == "input" and chain.get("type") == "filter":
                policy: Literal["accept", "drop"] = "drop" if chain.get("policy") == "drop" else "accept"
                rules.bases.append(BaseChain(_name(chain, chain["name"]), int(chain.get("prio", 0)), policy))
        elif "rule" in item:
            rule = item["rule"]
            if any("xt" in statement for statement in rule["expr"]):
                foreign.add(_name(rule, ""))
            rules.chains.setdefault(_name(rule, rule["chain"]), []).extend(_rules(rule, family, named))
    return rules, frozenset(foreign)


def _table(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one object that an item holds."""
    found: Mapping[str, Any] = next(iter(item.values()))
    return found


def _elements(item: Mapping[str, Any]) -> list[Any]:
    """What a named set or map holds; an element with a counter or timeout is wrapped once more."""
    held = _table(item).get("elem", [])
    return [one["elem"]["val"] if isinstance(one, dict) and "elem" in one else one for one in held]


def _name(item: Mapping[str, Any], chain: str) -> str:
    return f"{item['family']} {item['table']} {chain}"


class _Reading:
    """One rule as its statements are read."""

    def __init__(self) -> None:
        self.stranger = Match.YES
        self.established = self.loopback = False
        self.wide = True
        """It takes packets from any source."""
        self.other = False
        """It has conditions besides connection state or interface."""
        self.protocol: str | None = None
        self.ports: list[str] = []


def _rules(rule: Mapping[str, Any], family: FamilyName, named: Mapping[str, list[Any]]) -> list[FilterRule]:
    """Mostly one; a verdict map is as many as it has entries."""
    reading, found = _Reading(), []
    for statement in rule["expr"]:
        (kind, value), *_ = statement.items()
        if kind == "match":
            _match(reading, value | {"right": _known(rule, value["right"], named)}, family)
        elif kind == "vmap":
            found += _mapped(rule, reading, value | {"data": _known(rule, value["data"], named)}, family)
        elif kind in ("accept", "drop", "reject", "return", "continue", "jump", "goto"):
            target = _name(rule, value["target"]) if kind in ("jump", "goto") else None
            found.append(_finished(reading, kind, target))
        elif kind == "xt" or kind not in _PLAIN:
            reading.stranger &= Match.PERHAPS
            reading.other = True
        elif kind not in _UNLIMITED:
            reading.stranger &= Match.PERHAPS
    return found


def _known(rule: Mapping[str, Any], right: Json, named: Mapping[str, list[Any]]) -> Json:
    """A right side with the elements of the set or map that it names (`@name`)."""
    name = _name(rule, right[1:]) if isinstance(right, str) and right.startswith("@") else None
    return {"set": named[name]} if name is not None and name in named else right


def _finished(reading: _Reading, verdict: Verdict, target: str | None) -> FilterRule:
    ports = reading.ports if reading.wide else []
    return FilterRule(
        verdict,
        reading.stranger,
        target,
        established=reading.established and reading.wide and not reading.other and not reading.ports,
        loopback=reading.loopback and reading.wide and not reading.other and not reading.ports,
        ports=tuple(f"{reading.protocol or 'any'}/{port}" for port in ports),
    )


def _match(reading: _Reading, match: Mapping[str, Any], family: FamilyName) -> None:
    left, right, negated = match["left"], match["right"], match["op"] == "!="
    kind, of = next(iter(left.items())) if isinstance(left, dict) else ("?", {})
    if kind == "ct" and of.get("key") == "state":
        _state(reading, _members(right), negated=negated)
    elif kind == "ct" and of.get("key") == "status":  # addresses were translated: set up by other rules
        reading.stranger &= Match.YES if negated else Match.NO
        reading.other = True
    elif kind == "fib" and of.get("result") == "type" and of.get("flags") == ["daddr"]:
        reading.stranger &= Match.YES if ("local" in _members(right)) != negated else Match.NO
    elif kind == "meta":
        _meta(reading, str(of["key"]), right, family, negated=negated)
    elif kind == "payload" and "field" in of:
        _payload(reading, str(of["protocol"]), str(of["field"]), right, negated=negated)
    else:
        reading.stranger &= Match.PERHAPS
        reading.other = True


def _state(reading: _Reading, states: list[Any], *, negated: bool) -> None:
    takes_new = ("new" in states) != negated
    reading.stranger &= Match.YES if takes_new else Match.NO
    reading.established |= ("established" in states) != negated


def _meta(reading: _Reading, key: str, right: Json, family: FamilyName, *, negated: bool) -> None:
    if key in ("iif", "iifname"):
        names = _members(right)
        if names == ["lo"]:
            reading.loopback |= not negated
            reading.stranger &= Match.YES if negated else Match.NO
        else:
            reading.stranger &= Match.PERHAPS
            reading.other = True
    elif key == "l4proto":
        _protocol(reading, right, negated=negated)
    elif key == "nfproto":
        ours = (family in _members(right)) != negated
        reading.stranger &= Match.YES if ours else Match.NO
        reading.wide &= ours
    else:
        reading.stranger &= Match.PERHAPS
        reading.other = True


def _protocol(reading: _Reading, right: Json, *, negated: bool) -> None:
    """All of TCP or UDP is as good as everything; ICMP alone lets nobody in."""
    names = _members(right)
    if negated or set(names) & {"tcp", "udp", 6, 17}:
        reading.protocol = {6: "tcp", 17: "udp"}.get(names[0], str(names[0])) if len(names) == 1 else None
    else:
        reading.stranger &= Match.NO
        reading.other = True


def _payload(reading: _Reading, protocol: str, name: str, right: Json, *, negated: bool) -> None:
    if name == "dport":
        reading.protocol = protocol if protocol != "th" else reading.protocol
        whole = any(_range(member) == "0-65535" for member in _members(right))
        if negated:
            reading.stranger &= Match.PERHAPS
        elif not whole:
            reading.stranger &= Match.NO
            reading.ports += [_range(member) for member in _members(right)]
    elif name == "saddr" and protocol in ("ip", "ip6"):
        everywhere = any(_prefix_length(member) == 0 for member in _members(right))
        if not negated and not everywhere:
            reading.stranger &= Match.NO
            reading.wide = False
        elif negated:
            reading.other = True
    elif protocol in _ICMP or name in ("type", "code"):
        reading.stranger &= Match.NO
        reading.other = True
    elif name == "protocol" and protocol == "ip":
        _protocol(reading, right, negated=negated)
    elif name == "daddr" and all(map(_is_to_many, _members(right))):
        reading.stranger &= Match.YES if negated else Match.NO
        reading.other = True
    else:
        reading.stranger &= Match.PERHAPS
        reading.other = True


def _is_to_many(member: Json) -> bool:
    """Whether an address is one for multicast or broadcast, to which nobody opens a connection."""
    address = member["prefix"]["addr"] if isinstance(member, dict) and "prefix" in member else member
    return isinstance(address, str) and address.startswith(_TO_MANY)


def _mapped(rule: Mapping[str, Any], before: _Reading, vmap: Mapping[str, Any], family: FamilyName) -> list[FilterRule]:
    """Each entry of a verdict map is a rule whose condition is the entry's key."""
    data = vmap["data"]
    entries = data.get("set") if isinstance(data, dict) else None
    if entries is None:
        return [FilterRule("accept", before.stranger & Match.PERHAPS)]
    found = []
    for key, verdict in entries:
        reading = _Reading()
        reading.__dict__.update(before.__dict__ | {"ports": list(before.ports)})
        _match(reading, {"left": vmap["key"], "right": key, "op": "=="}, family)
        (kind, value), *_ = verdict.items()
        found.append(_finished(reading, kind, _name(rule, value["target"]) if kind in ("jump", "goto") else None))
    return found


def _members(right: Json) -> list[Any]:
    """The values of a right side: one, a list, or an anonymous set; a named set (`@name`) is one that is not known."""
    if isinstance(right, dict) and "set" in right:
        members = right["set"]
        return members if isinstance(members, list) else [members]
    return right if isinstance(right, list) else [right]


def _range(member: Json) -> str:
    if isinstance(member, dict) and "range" in member:
        first, last = member["range"]
        return f"{first}-{last}"
    return str(member)


def _prefix_length(member: Json) -> int | None:
    return int(member["prefix"]["len"]) if isinstance(member, dict) and "prefix" in member else None
