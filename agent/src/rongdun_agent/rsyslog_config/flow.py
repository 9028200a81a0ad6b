"""Follow records through the default rule set: where those of each facility end up, and who else may send some."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from rongdun_agent.rsyslog_config.selector import ALL, FACILITIES, INFO, Masks, parse_selector
from rongdun_agent.rsyslog_config.statements import Statement
from rongdun_contract.facts.logging import LogTarget

_LISTENING = frozenset(("$udpserverrun", "$inputtcpserverrun", "$inputrelpserverrun", "$inputgsstcpserverrun"))
_LISTENERS = frozenset(("imudp", "imtcp", "imrelp", "imptcp", "imgssapi", "imdtls"))
_TLS_DRIVERS = frozenset(("gtls", "ossl", "mbedtls"))
_FORWARD = re.compile(r"(?P<at>@{1,2})(?:\([^)]*\))?(?P<host>\[[^\]]+\]|[^\s;:]+)(?::(?P<port>\d+))?")
_DEFAULT = "rsyslog_defaultruleset"
_MODE = 0o644
_NEVER_IN_RULE_SETS = frozenset(("input", "global", "module"))
_KEPT = frozenset(("file", "remote"))


@dataclass
class Flow:
    """What was found; `unclear` says that conditions stand in the way of being sure."""

    targets: list[tuple[LogTarget, str]] = field(default_factory=list)
    covered: dict[str, str] = field(default_factory=dict)
    """Facility to the place that first keeps its `info` records."""
    remote_for: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    """Files with a fixed name that are written to."""
    unclear: bool = False
    listens: bool = False
    file_create_mode: int | None = None
    """All bits that some file may be made with; absent where no file is written to."""


def follow(statements: Sequence[Statement]) -> Flow:
    """Work through the statements in order."""
    run = _Run()
    run.take(statements)
    return run.flow


class _Run:
    """The state of rsyslog's reading: legacy directives hold for the actions after them."""

    def __init__(self) -> None:
        self.flow = Flow()
        self._alive: Masks = dict.fromkeys(FACILITIES, ALL)
        self._last: Masks = dict.fromkeys(FACILITIES, frozenset())
        self._elsewhere = False
        """Rules that follow belong to a rule set that records do not go through by themselves."""
        self._driver = ""
        self._legacy_mode = self._module_mode = _MODE
        self._tls_mode = self._queue_file = False

    def take(self, statements: Sequence[Statement], within: Masks | None = None) -> None:
        for statement in statements:
            if statement.kind == "directive":
                self._directive(statement)
            elif self._elsewhere and statement.name not in _NEVER_IN_RULE_SETS:
                continue
            elif statement.kind == "conditional":
                self.flow.unclear = True
            elif statement.kind == "object":
                self._object(statement, within)
            else:
                self._rule(statement, within)

    def _directive(self, statement: Statement) -> None:
        name, value = statement.name, statement.value
        if name == "$filecreatemode":
            self._legacy_mode = _octal(value, self._legacy_mode)
        elif name == "$ruleset":
            self._elsewhere = value.lower() != _DEFAULT
        elif name in _LISTENING:
            self.flow.listens = True
        elif name == "$defaultnetstreamdriver":
            self._driver = value
        elif name == "$actionsendstreamdrivermode":
            self._tls_mode = value == "1"
        elif name == "$actionqueuefilename":
            self._queue_file = True

    def _object(self, statement: Statement, within: Masks | None) -> None:
        parameters = statement.parameters
        if statement.name == "input":
            self.flow.listens |= parameters.get("type") in _LISTENERS
        elif statement.name == "global":
            self._driver = parameters.get("defaultnetstreamdriver", self._driver)
        elif statement.name == "module" and "omfile" in parameters.get("load", ""):
            self._module_mode = _octal(parameters.get("filecreatemode", ""), self._module_mode)
        elif statement.name == "action":
            everything = dict.fromkeys(FACILITIES, ALL)
            self._act(statement, f"action({statement.value})", within or everything, "*.*")

    def _rule(self, statement: Statement, within: Masks | None) -> None:
        masks = self._last if not statement.name else parse_selector(statement.name)
        if masks is None:
            self.flow.unclear = True
            return
        if within is not None:
            masks = {name: masks[name] & within[name] for name in FACILITIES}
        self._last = masks
        if statement.value == "{":
            self.take(statement.body, masks)
            return
        self._act(statement, statement.value, masks, statement.name or "&")

    def _act(self, statement: Statement, action: str, masks: Masks, selector: str) -> None:
        reaching = {name: masks[name] & self._alive[name] for name in FACILITIES}
        if action in ("stop", "~"):
            self._alive = {name: self._alive[name] - masks[name] for name in FACILITIES}
            return
        if not any(reaching.values()):
            return
        target = self._target(selector, action, statement.parameters)
        self._queue_file = False
        self.flow.targets.append((target, statement.where))
        if target.kind in _KEPT:
            for name in FACILITIES:
                if INFO in reaching[name]:
                    self.flow.covered.setdefault(name, statement.where)
                    if target.kind == "remote":
                        self.flow.remote_for.add(name)
        if target.kind == "file":
            self.flow.file_create_mode = (self.flow.file_create_mode or 0) | self._mode(action, statement.parameters)
        if target.kind == "file" and target.target.startswith("/"):
            self.flow.files.add(target.target)

    def _mode(self, action: str, parameters: dict[str, str]) -> int:
        """What a file of the action is made with: old style heeds the directive before it, new style the module's."""
        if not action.startswith("action("):
            return self._legacy_mode
        return _octal(parameters.get("filecreatemode", ""), self._module_mode)

    def _target(self, selector: str, action: str, parameters: dict[str, str]) -> LogTarget:
        if action.startswith("action("):
            return self._object_target(selector, parameters)
        word = action.partition(";")[0].strip()
        if word.startswith("@"):
            match = _FORWARD.match(word)
            transport = "tcp" if word.startswith("@@") else "udp"
            tls = self._driver in _TLS_DRIVERS and self._tls_mode
            host = match["host"] if match else word.lstrip("@")
            return LogTarget(
                selector=selector,
                kind="remote",
                target=host,
                transport="tcp" if transport == "tcp" else "udp",
                tls=tls and transport == "tcp",
                queue_on_disk=self._queue_file,
            )
        if word.startswith(":omrelp:"):
            host = word.removeprefix(":omrelp:").partition(":")[0]
            return LogTarget(
                selector=selector, kind="remote", target=host, transport="relp", queue_on_disk=self._queue_file
            )
        return LogTarget(selector=selector, kind=_legacy_kind(word), target=word.removeprefix("-"))

    def _object_target(self, selector: str, parameters: dict[str, str]) -> LogTarget:
        kind = parameters.get("type", "").removeprefix("builtin:").lower()
        if kind == "omfile":
            return LogTarget(
                selector=selector, kind="file", target=parameters.get("file") or parameters.get("dynafile", "?")
            )
        if kind in ("omfwd", "omrelp"):
            tcp = parameters.get("protocol", "udp").lower() == "tcp"
            driver = parameters.get("streamdriver", self._driver)
            stream = driver in _TLS_DRIVERS and parameters.get("streamdrivermode") == "1"
            return LogTarget(
                selector=selector,
                kind="remote",
                target=parameters.get("target", "?"),
                transport="relp" if kind == "omrelp" else "tcp" if tcp else "udp",
                tls=parameters.get("tls") == "on" if kind == "omrelp" else stream and tcp,
                queue_on_disk="queue.filename" in parameters,
            )
        kinds = {"omusrmsg": "users", "ompipe": "pipe", "omprog": "program", "omdiscard": "discard"}
        return LogTarget.model_validate({"selector": selector, "kind": kinds.get(kind, "other"), "target": kind or "?"})


def _legacy_kind(word: str) -> Literal["file", "pipe", "program", "users", "other"]:
    if word.startswith(("/", "-/", "?", "-?")):
        return "file"
    if word.startswith("|"):
        return "pipe"
    if word.startswith("^"):
        return "program"
    if word.startswith(":omusrmsg:") or word == "*" or re.fullmatch(r"[\w, -]+", word):
        return "users"
    return "other"


def _octal(text: str, otherwise: int) -> int:
    return int(text, 8) if re.fullmatch(r"0?[0-7]{3,4}", text) else otherwise
