"""What is signed: which pack this is, in which version, by whom, from when until when, and the digest of its bytes."""

import base64
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from rongdun_contract.rules.compiled import parse_compiled
from rongdun_contract.rules.rule import PackKind

MAGIC: Final = b"rongdun-signed-pack 1\n"
ALGORITHMS: Final = ("ed25519",)
"""What can be checked. The format has room for others (SM2 with SM3): a name here, and a key that can."""
_ANY_VERSION: Final = b"rongdun-signed-pack "


class Statement(BaseModel):
    """The line that is signed; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    algorithm: str
    key: str
    pack: str
    kind: PackKind
    version: Annotated[str, Field(pattern=r"^\d{1,9}\.\d{1,9}\.\d{1,9}$")]
    issued: AwareDatetime
    expires: AwareDatetime
    size: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def is_signed(data: bytes) -> bool:
    """Whether a file claims to be a signed pack, of this format or of a later one."""
    return data.startswith(_ANY_VERSION)


def seal(  # noqa: PLR0913 - all that a statement says, by name
    built: bytes,
    *,
    algorithm: str,
    key: str,
    issued: datetime,
    expires: datetime,
    sign: Callable[[bytes], bytes],
) -> bytes:
    """A signed pack from a built one; raises PackError when it is none."""
    pack = parse_compiled(built)
    statement = Statement(
        algorithm=algorithm,
        key=key,
        pack=pack.id,
        kind=pack.kind,
        version=pack.version,
        issued=issued,
        expires=expires,
        size=len(built),
        sha256=hashlib.sha256(built).hexdigest(),
    )
    line = statement.model_dump_json().encode()
    signature = base64.b64encode(sign(MAGIC + line))
    return MAGIC + f"{algorithm} {key} ".encode() + signature + b"\n" + line + b"\n" + built
