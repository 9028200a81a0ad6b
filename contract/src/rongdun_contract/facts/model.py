"""What every section model shares: frozen, unknown keys refused, and values that could not be told."""

from typing import Annotated, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from rongdun_contract.reasons import Reason


class FactModel(BaseModel):
    """Base of every section and of every object in it; absent is `None`, an empty list, or a missing key."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Unknown(FactModel):
    """Stands in a fact's place where the value exists or may exist, but could not be told."""

    unknown: Reason


T = TypeVar("T")
Maybe: TypeAlias = T | Unknown
"""A value, or the reason why it could not be told; `Maybe[int | None]` may also be absent."""

Count = Annotated[int, Field(ge=0)]
Mode = Annotated[int, Field(ge=0, le=0o7777)]
"""Permission bits with set-user-ID, set-group-ID and sticky, as in inode(7); rules write them as octal strings."""
