"""Packs as one canonical JSON document: what is shipped, signed and loaded."""

import json
from pathlib import Path
from typing import Any, Final

from rongdun_contract.documents import canonical_json
from rongdun_contract.rules.problems import PackError, Problem
from rongdun_contract.rules.rule import Pack, Rule

FORMAT: Final = 1
MAX_BYTES: Final = 32 << 20

_FIELDS = (
    "id",
    "title",
    "severity",
    "status",
    "why",
    "fix",
    "expect",
    "needs",
    "digest",
    "applies",
    "params",
    "volatile",
    "max_age_s",
    "high_risk",
    "tags",
)


def build_pack(pack: Pack) -> bytes:
    """The pack as canonical JSON; the same pack always gives the same bytes, and their digest names it."""
    return canonical_json(
        {
            "format": FORMAT,
            "id": pack.id,
            "version": pack.version,
            "kind": pack.kind,
            "title": pack.title,
            "needs": pack.needs,
            "rules": [_plain(rule) for rule in pack.rules],
        }
    )


def load_compiled(path: Path) -> Pack:
    """Read a built pack; raises PackError when it is none. What is in it was checked when it was built."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(str(path), f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise _refused(str(path), f"is larger than {MAX_BYTES} bytes")
    return parse_compiled(data, str(path))


def parse_compiled(data: bytes, shown: str = "the pack") -> Pack:
    """A pack from the bytes of its compiled form, over which a signature may have been checked; raises PackError."""
    try:
        plain = json.loads(data)
        if plain.pop("format") != FORMAT:
            raise _refused(shown, "has another format than this version reads")
        return Pack(**{**plain, "rules": tuple(map(_rule, plain["rules"]))})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _refused(shown, f"is no built pack ({error})") from error


def _rule(plain: dict[str, Any]) -> Rule:
    plain["tags"], plain["volatile"] = tuple(plain["tags"]), tuple(plain["volatile"])
    return Rule(**plain)


def _plain(rule: Rule) -> dict[str, Any]:
    return {name: value for name in _FIELDS if (value := getattr(rule, name)) is not None}


def _refused(shown: str, what: str) -> PackError:
    return PackError([Problem(shown, 0, "", what, "build it again: rongdun-agent pack build DIR")])
