"""Effective kernel parameters: what runs now, and what the next boot will set."""

import json
import re
from itertools import takewhile

from rongdun_agent.host import Host, HostError, NotAFile, Refused
from rongdun_agent.kernel_parameters import RELEVANT, TEXTS
from rongdun_agent.probed import Probed
from rongdun_agent.setting import Setting
from rongdun_agent.sysctl_files import at_boot, dotted, proc_path
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.sysctl import Parameter, Sysctl

_PROC = "/proc/sys"
_NUMBER = re.compile(r"-?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")


def probe(host: Host) -> Probed:
    """Read the parameters that any rule may name, and those that a file sets; a key the kernel lacks is absent."""
    relevant = [proc_path(key) for key in RELEVANT]
    set_at_boot, closed = _at_boot(host, relevant)
    visible = host.live or host.is_dir(_PROC)
    parameters, sources = {}, {}
    for path in sorted({*relevant, *set_at_boot}):
        key, setting = dotted(path), set_at_boot.get(path)
        running = _running(host, path) if visible else Unknown(unknown="not a live host")
        if running is None and setting is None:
            continue
        parameters[key] = Parameter(
            running=running, at_boot=_normal(key, setting.value, running) if setting else closed
        )
        fact = f"parameters[{json.dumps(key, ensure_ascii=False)}]"
        sources[fact] = Source(where=f"{_PROC}/{path}")
        if setting:
            sources[f"{fact}.at_boot"] = setting.source
    return Probed(Sysctl(parameters=dict(sorted(parameters.items()))), sources)


def _at_boot(host: Host, relevant: list[str]) -> tuple[dict[str, Setting], Unknown | None]:
    """What files set; where one of them may not be read, any of them may be the last word on any parameter."""
    try:
        return at_boot(host, relevant, (host.read_text("/proc/cmdline") or "").split()), None
    except Refused:
        return {}, Unknown(unknown="no permission")


def _running(host: Host, path: str) -> Maybe[str | None]:
    """A parameter that only writing gives a meaning, or that is a directory, has no value."""
    try:
        text = host.read_text(f"{_PROC}/{path}")
    except Refused:
        return Unknown(unknown="no permission")
    except NotAFile:
        return None
    except (HostError, OSError):
        return Unknown(unknown="error")
    return None if text is None else " ".join(text.split())


def _normal(key: str, value: str, running: object) -> str:
    """The value as the kernel would show it: octal and hexadecimal numbers in decimal, what follows them cut off.

    What is no number where one is needed, the kernel refuses; it stays as it is written, for somebody to see.
    """
    words = value.split()
    numbers = [] if key in TEXTS else [str(_value(word)) for word in takewhile(_NUMBER.fullmatch, words)]
    single = isinstance(running, str) and len(running.split()) == 1
    return " ".join(numbers[:1] if single else numbers) or " ".join(words)


def _value(word: str) -> int:
    digits = word.lstrip("-")
    base = 16 if digits[:2].lower() == "0x" else 8 if digits.startswith("0") else 10
    return int(word, base)
