"""apt.conf(5): the options that let apt install what nobody signed."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.repositories.words import is_true

PARTS = "/etc/apt/apt.conf.d"
MAIN = "/etc/apt/apt.conf"

_ACCEPT_UNSIGNED = (
    "APT::Get::AllowUnauthenticated",
    "APT::Get::Force-Yes",
    "Acquire::AllowInsecureRepositories",
    "Acquire::AllowWeakRepositories",
    "Acquire::AllowDowngradeToInsecureRepositories",
)
_PART_NAME = re.compile(r"[A-Za-z0-9_-]+(\.conf)?|[A-Za-z0-9_.-]+\.conf")
_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/|\#(?!clear\b|include\b)[^\n]*)
    |(?P<mark>[{};])
    |"(?P<quoted>[^"\n]*)"
    |(?P<word>(?:[^\s{};"/]|/(?![/*]))+)
    |(?P<odd>.)""",
    re.VERBOSE | re.DOTALL,
)


class Option(NamedTuple):
    """An option as set: its value and where."""

    value: str
    where: str


def unsigned_options(host: Host) -> Iterator[tuple[str, str]]:
    """Option and `path:line` of each such option that is on; the last of several settings counts."""
    options: dict[str, Option] = {}
    for path in (*_parts(host), MAIN):
        _read(path, host.read_text(path) or "", options)
    for name in _ACCEPT_UNSIGNED:
        option = options.get(name.lower())
        if option and is_true(option.value):
            yield name, option.where


def _parts(host: Host) -> Iterator[str]:
    return (f"{PARTS}/{name}" for name in host.list_dir(PARTS) if _PART_NAME.fullmatch(name))


def _read(path: str, text: str, options: dict[str, Option]) -> None:
    """Apply one file to `options`, whose keys are lower case."""
    scopes: list[str] = []
    words: list[str] = []
    line = 1
    for token in _TOKEN.finditer(text):
        mark = token["mark"]
        if mark == "{":
            scopes.append(_joined(scopes, words[:1]))
            words.clear()
        elif mark:
            _apply(scopes, words, f"{path}:{line}", options)
            words.clear()
            if mark == "}" and scopes:
                scopes.pop()
        elif token["skip"] is None:
            words.append(token["word"] or token["quoted"] or "")
        line += token[0].count("\n")


def _apply(scopes: list[str], words: list[str], where: str, options: dict[str, Option]) -> None:
    match words:
        case ["#clear", *names]:
            for name in names:
                for key in [key for key in options if f"{key}::".startswith(f"{name.lower()}::")]:
                    del options[key]
        case [name, value, *_]:
            options[_joined(scopes, [name])] = Option(value, where)


def _joined(scopes: list[str], names: list[str]) -> str:
    return "::".join([*scopes[-1:], *(name.lower() for name in names)])
