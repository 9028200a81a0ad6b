"""Lines of auditctl(8)'s language, taken in the order and with the effect that the kernel would see."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rongdun_agent.audit_rules.line import Line, read_line
from rongdun_agent.audit_rules.machine import Machine
from rongdun_agent.audit_rules.options import BadLine, split_options
from rongdun_agent.audit_rules.rule import Rule

LOCKED = 2


@dataclass
class Rules:
    """Rules in the kernel's order; `stopped_at` is the line at which auditctl would give up."""

    rules: list[Rule] = field(default_factory=list)
    enabled: int | None = None
    stopped_at: str | None = None


def parse_rules(lines: Iterable[tuple[str, str]], machine: Machine | None = None) -> Rules:
    """Take `(where, line)` pairs one after another.

    An invalid line ends the loading, unless -i or -c came before it (audit.rules(7)); so does everything after `-e 2`.
    """
    found, lenient = Rules(), False
    for where, text in lines:
        if not text.strip(" ") or text.lstrip(" ").startswith("#"):
            continue
        if found.enabled == LOCKED:
            break
        try:
            line = read_line(split_options(text), machine or Machine())
            lenient = lenient or line.lenient
            _take(found, where, line)
        except BadLine:
            if not lenient:
                found.stopped_at = where
                break
    return found


def _take(found: Rules, where: str, line: Line) -> None:
    if line.enabled is not None:
        found.enabled = line.enabled
    if line.does == "delete all":
        found.rules = [rule for rule in found.rules if line.key is not None and rule.key != line.key]
    if line.rule is None:
        return
    rule = line.rule._replace(where=where)
    same = [each for each in found.rules if each.identity == rule.identity]
    if line.does == "remove":
        if not same:
            raise BadLine(where)
        found.rules.remove(same[0])
    elif same:
        raise BadLine(where)  # "Rule exists"
    elif line.does == "put first":
        found.rules.insert(0, rule)
    else:
        found.rules.append(rule)
