"""Versions never go back: what was accepted of each pack, and whether another one may follow it."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from rongdun_contract.signed_packs.statement import Statement


class Mark(BaseModel):
    """The newest of one pack that was accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[str, Field(pattern=r"^\d{1,9}\.\d{1,9}\.\d{1,9}$")]
    issued: AwareDatetime
    sha256: str


Seen = Mapping[str, Mark]
NOTHING_SEEN: Final[Seen] = {}
_SEEN: Final = TypeAdapter(dict[str, Mark])


def read_seen(text: bytes) -> Seen:
    """What was written by `seen_text`; raises ValueError when it is anything else."""
    return _SEEN.validate_json(text)


def seen_text(seen: Seen) -> bytes:
    """For a file."""
    return _SEEN.dump_json(dict(seen), indent=1) + b"\n"


def after(seen: Seen, statement: Statement) -> Seen:
    """With what the statement says accepted."""
    mark = Mark(version=statement.version, issued=statement.issued, sha256=statement.sha256)
    return {**seen, statement.pack: mark}


def goes_back(seen: Seen, statement: Statement) -> str | None:
    """Why the pack may not follow what was accepted before; None where it may."""
    mark = seen.get(statement.pack)
    if mark is None:
        return None
    old, new = _numbers(mark.version), _numbers(statement.version)
    if new < old:
        return f"is version {statement.version}, and {mark.version} was accepted before"
    if new == old and statement.sha256 != mark.sha256:
        return f"is version {statement.version} with another content than the one that was accepted"
    if statement.issued < mark.issued:
        return f"was signed on {statement.issued.isoformat()}, before the one that was accepted"
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
