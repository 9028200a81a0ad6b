"""From a file to positioned nodes, every bound checked on the event stream before anything is composed."""

import re
import stat
from pathlib import Path
from typing import Any

import yaml

from rongdun_contract.rules.problems import Report
from rongdun_contract.rules.source.compose import Composer, Refusal
from rongdun_contract.rules.source.nodes import Node

MAX_BYTES = 1 << 20

_CONTROL = re.compile("[^\\t\\n\\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML does not take as a character of text."""


def read_yaml(path: Path, report: Report) -> Node | None:
    """Read one YAML document; what is wrong with it goes to the report, and what cannot be read at all gives None."""
    data = read_bytes(path, report)
    return None if data is None else parse_yaml(data, report)


def parse_yaml(data: bytes, report: Report) -> Node | None:
    """The same for bytes that were read already, where something is said about these very bytes, such as a digest."""
    text = _decoded(data, report)
    if text is None:
        return None
    if not yaml.__with_libyaml__:
        report.add(
            0, "", "PyYAML here has no libyaml, and its own parser is not safe to use", "install PyYAML with libyaml"
        )
        return None
    try:
        return _compose(text, report)
    except Refusal as refusal:
        report.add_broken(refusal.line, "", refusal.what, refusal.remedy)
    except yaml.YAMLError as error:
        report.add_broken(
            _line(error), "", f"broken YAML: {_complaint(error)}", "mend the syntax of this line or the one above"
        )
    return None


def read_bytes(path: Path, report: Report) -> bytes | None:
    """The bytes of a regular file of at most MAX_BYTES; else None, and the report says why."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            report.add(0, "", "not a regular file", "put a YAML file there")
            return None
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        report.add(0, "", f"cannot be read: {error.strerror}", "check that it exists and who may read it")
        return None
    if len(data) <= MAX_BYTES:
        return data
    size = max(status.st_size, len(data))
    report.add(0, "", f"has {size} bytes, more than {MAX_BYTES}", "split it; no such file is that large")
    return None


def _decoded(data: bytes, report: Report) -> str | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.add(line, "", f"byte {data[error.start]:#04x} is no UTF-8", "save the file as UTF-8")
        return None
    control = _CONTROL.search(text)
    if control is None:
        return text
    line = text.count("\n", 0, control.start()) + 1
    report.add(line, "", f"has the control character U+{ord(control[0]):04X}", "remove it")
    return None


def _compose(text: str, report: Report) -> Node | None:
    composer = Composer(report)
    loader: Any = yaml.CSafeLoader(text)
    try:
        while (event := loader.get_event()) is not None:
            composer.take(event)
    finally:
        loader.dispose()
    return composer.root()


def _line(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark is not None else 0


def _complaint(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
    context = getattr(error, "context", None)
    return f"{context}, {problem}" if context else str(problem)
