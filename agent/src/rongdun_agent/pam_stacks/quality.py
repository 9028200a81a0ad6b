"""Modules that judge a new password: pam_pwquality(8), pam_cracklib(8), pam_passwdqc(8), and what they ask for."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rongdun_agent.host import Host
from rongdun_agent.pam_stacks.chains import Handler
from rongdun_agent.pam_stacks.conf import merged, of_arguments, parse_conf
from rongdun_agent.setting import Setting
from rongdun_contract.facts.pam import Quality

MODULES = ("pam_pwquality", "pam_cracklib", "pam_passwdqc")
PWQUALITY_FILE, PWQUALITY_DIRECTORY = "/etc/security/pwquality.conf", "/etc/security/pwquality.conf.d"

_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")
_CREDITS = ("dcredit", "ucredit", "lcredit", "ocredit")
_SHORTEST, _SHORTEST_CRACKLIB, _DICTIONARY_SHORTEST, _MOST_CLASSES = 6, 5, 6, 4
_INTEGERS = frozenset(
    (
        *_CREDITS,
        "minlen",
        "minclass",
        "difok",
        "maxrepeat",
        "maxsequence",
        "maxclassrepeat",
        "gecoscheck",
        "dictcheck",
        "usercheck",
        "usersubstr",
        "enforcing",
        "retry",
    )
)
_FLAGS = frozenset(("enforce_for_root", "local_users_only"))
_TEXTS = frozenset(("badwords", "dictpath"))


class Defaults(NamedTuple):
    """What a version does when nothing is set."""

    minlen: int
    credit: int
    difok: int


NEW_PWQUALITY = Defaults(minlen=8, credit=0, difok=1)
OLD_PWQUALITY = Defaults(minlen=9, credit=1, difok=5)
"""Before 1.4 (CentOS 7, Debian 9)."""
CRACKLIB = OLD_PWQUALITY


def quality_of(host: Host, handler: Handler, *, old: bool) -> tuple[Quality, Mapping[str, Setting]]:
    """What a line demands and where its settings stand; `old` systems have the defaults of pwquality before 1.4."""
    args = of_arguments(handler.args, handler.where)
    if handler.module == "pam_passwdqc":
        return _passwdqc(merged(args)), merged(args)
    if handler.module == "pam_cracklib":
        settings = merged(args)
        return _quality(handler.module, settings, CRACKLIB, _SHORTEST_CRACKLIB), settings
    settings = merged([*_pwquality_files(host), *((name, value) for name, value in args if _valid(name, value.value))])
    return _quality(handler.module, settings, OLD_PWQUALITY if old else NEW_PWQUALITY, _SHORTEST), settings


def _pwquality_files(host: Host) -> Iterable[tuple[str, Setting]]:
    """The settings of the directory, then of the file, which wins."""
    names = [name for name in host.list_dir(PWQUALITY_DIRECTORY) if name.endswith(".conf")]
    for path in [*(f"{PWQUALITY_DIRECTORY}/{name}" for name in names), PWQUALITY_FILE]:
        yield from _until_broken(parse_conf(path, host.lines(path)))


def _until_broken(settings: list[tuple[str, Setting]]) -> Iterable[tuple[str, Setting]]:
    """The library stops reading a file at the first line that it does not understand."""
    for name, setting in settings:
        if not _valid(name, setting.value):
            return
        yield name.lower(), setting


def _valid(name: str, value: str) -> bool:
    name = name.lower()
    return name in _FLAGS or name in _TEXTS or (name in _INTEGERS and _INTEGER.fullmatch(value) is not None)


def _quality(module: str, settings: Mapping[str, Setting], defaults: Defaults, shortest: int) -> Quality:
    def number(name: str, default: int) -> int:
        found = settings.get(name)
        return int(found.value) if found and _INTEGER.fullmatch(found.value) else default

    credited = [number(name, defaults.credit) for name in _CREDITS]
    minlen = max(number("minlen", defaults.minlen), shortest)
    dictionary = module == "pam_cracklib" or number("dictcheck", 1) != 0
    demanded = sum(-credit for credit in credited if credit < 0)
    return Quality(
        module=module,
        minimum_length=_shortest_password(
            minlen, sum(credit for credit in credited if credit > 0), demanded, dictionary=dictionary
        ),
        minimum_classes=max(1, min(number("minclass", 0), _MOST_CLASSES), sum(credit < 0 for credit in credited)),
        difference=number("difok", defaults.difok),
        maximum_repeat=number("maxrepeat", 0) or None,
        maximum_sequence=number("maxsequence", 0) or None,
        dictionary_check=dictionary,
        user_name_check="reject_username" in settings if module == "pam_cracklib" else number("usercheck", 1) != 0,
        enforced_for_root="enforce_for_root" in settings,
        enforcing=number("enforcing", 1) != 0,
        retries=number("retry", 1),
    )


def _shortest_password(minlen: int, credit: int, demanded: int, *, dictionary: bool) -> int:
    """The length of the shortest password that passes: each credited character counts twice, demanded ones once."""
    shortest = max(minlen - credit, -(-(minlen + demanded) // 2), demanded)
    return max(shortest, _DICTIONARY_SHORTEST) if dictionary else shortest


def _passwdqc(settings: Mapping[str, Setting]) -> Quality:
    """`min=` has a length for one class, two, a passphrase, three, and four classes; `disabled` refuses that kind."""
    given = settings["min"].value.split(",") if "min" in settings else []
    words = given if len(given) == 5 else ["disabled", "24", "11", "8", "7"]  # noqa: PLR2004 - N0 to N4
    allowed = {kind: int(word) for kind, word in zip((1, 2, 1, 3, 4), words, strict=True) if word.isdecimal()}
    phrase = int(words[2]) if words[2].isdecimal() else None
    lengths = [int(word) for word in words if word.isdecimal()]
    return Quality(
        module="pam_passwdqc",
        minimum_length=min(lengths) if lengths else None,
        minimum_classes=1 if phrase is not None else min(allowed, default=None),
        dictionary_check=True,
        user_name_check=True,
        enforced_for_root=settings["enforce"].value == "everyone" if "enforce" in settings else True,
        enforcing=settings["enforce"].value != "none" if "enforce" in settings else True,
        retries=3
        if "retry" not in settings or not settings["retry"].value.isdecimal()
        else int(settings["retry"].value),
    )
