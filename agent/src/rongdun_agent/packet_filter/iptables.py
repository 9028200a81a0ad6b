"""iptables-save(8)'s text in the form in which rules are judged; ip6tables-save writes the same."""

import shlex

from rongdun_agent.packet_filter.rule import BaseChain, FilterRule, Match, RuleSet, Verdict

_VERDICTS: dict[str, Verdict] = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "reject", "RETURN": "return"}
_GOES_ON = frozenset(("LOG", "NFLOG", "MARK", "CONNMARK", "AUDIT", "TRACE", "SET", "TCPMSS", "CT"))
_PORTS = frozenset(("--dport", "--dports", "--destination-port", "--destination-ports"))
_STATES = frozenset(("--ctstate", "--state"))
_HARMLESS = {"-m": 1, "--match": 1, "--comment": 1, "-c": 2}
_TO_MANY = ("224.", "239.", "255.", "ff")
"""Beginnings of multicast and broadcast addresses, to which nobody opens a connection."""
_EVERYWHERE = frozenset(("0.0.0.0/0", "::/0"))


def read_iptables(text: str, table_name: str = "iptables") -> RuleSet:
    """The filter table's INPUT chain and what it leads to; chains are named with a name for the whole table."""
    rules, table = RuleSet(), ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif table == "filter" and line.startswith(":"):
            name, policy, *_ = line[1:].split()
            rules.chains.setdefault(f"{table_name} {name}", [])
            if name == "INPUT":
                rules.bases.append(BaseChain(f"{table_name} INPUT", 0, "drop" if policy == "DROP" else "accept"))
        elif table == "filter" and line.startswith(("-A ", "[")):
            words = shlex.split(line.partition("] ")[2] if line.startswith("[") else line)
            rules.chains.setdefault(f"{table_name} {words[1]}", []).append(_rule(words[2:], table_name))
    return rules


class _Reading:
    """One rule as its words are read."""

    def __init__(self, table_name: str) -> None:
        self.table_name = table_name
        self.stranger = Match.YES
        self.established = self.loopback = self.other = False
        self.wide = True
        self.protocol = "any"
        self.ports: list[str] = []
        self.target = ""
        self.verb: Verdict = "jump"

    def take(self, word: str, value: str, *, negated: bool) -> None:
        """Take one condition and its value."""
        if word in _STATES:
            states = value.split(",")
            self.stranger &= Match.YES if ("NEW" in states) != negated else Match.NO
            self.established |= ("ESTABLISHED" in states) != negated
        elif word in ("-i", "--in-interface") and value == "lo":
            self.loopback |= not negated
            self.stranger &= Match.YES if negated else Match.NO
        elif word in ("-p", "--protocol"):
            self._take_protocol(value, negated=negated)
        elif word in _PORTS:
            self.stranger &= Match.PERHAPS if negated else Match.NO
            self.ports = [] if negated else [part.replace(":", "-") for part in value.split(",")]
        elif word in ("-s", "--source") and not negated:
            if value not in _EVERYWHERE:
                self.stranger, self.wide = Match.NO, False
        elif word == "--dst-type":
            self.stranger &= Match.YES if ("LOCAL" in value.split(",")) != negated else Match.NO
        elif word == "--ctstatus" or (word in ("-d", "--destination") and value.startswith(_TO_MANY)):
            self.stranger &= Match.YES if negated else Match.NO
            self.other = True
        else:
            self.stranger &= Match.PERHAPS
            self.other = True

    def _take_protocol(self, value: str, *, negated: bool) -> None:
        """All of TCP or UDP is as good as everything; any other protocol lets nobody in."""
        self.protocol = value
        if not negated and value not in ("tcp", "udp", "all", "sctp", "6", "17", "0"):
            self.stranger, self.other = Match.NO, True

    def finished(self) -> FilterRule:
        """The rule as it is judged."""
        simple = self.wide and not self.other and not self.ports
        verdict = _VERDICTS.get(self.target)
        if verdict is None:
            verdict = "continue" if self.target in _GOES_ON or not self.target else self.verb
        ports = tuple(f"{self.protocol}/{port}" for port in self.ports) if self.wide else ()
        return FilterRule(
            verdict,
            self.stranger,
            f"{self.table_name} {self.target}",
            established=self.established and simple,
            loopback=self.loopback and simple,
            ports=ports,
        )


def _rule(words: list[str], table_name: str) -> FilterRule:
    reading, negated, at = _Reading(table_name), False, 0
    while at < len(words):
        word, value = words[at], words[at + 1] if at + 1 < len(words) else ""
        if word in ("-j", "--jump", "-g", "--goto"):
            reading.target, reading.verb = value, "goto" if word in ("-g", "--goto") else "jump"
            break  # what follows belongs to the target
        if word == "!":
            negated, at = True, at + 1
            continue
        if word in _HARMLESS:
            at += 1 + _HARMLESS[word]
        else:
            reading.take(word, value, negated=negated)
            at += 2
        negated = False
    return reading.finished()
