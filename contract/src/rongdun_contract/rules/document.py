"""The shape of the files that authors write; conditions are read apart, by `parsing`."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rongdun_contract.rules.parameters import Declaration
from rongdun_contract.rules.rule import PackKind, Severity, Status

_HAN = r"[\u3400-\u9fff]"


class Document(BaseModel):
    """Base of all of them: frozen, nothing converted, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TextDocument(Document):
    """A text in both languages."""

    zh: Annotated[str, Field(pattern=_HAN)]
    en: Annotated[str, Field(min_length=1)]


Words = Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")], ...], Field(strict=False)]
"""A list of kebab-case words."""


class RuleDocument(Document):
    """`<group>/<id>.yaml`."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$", max_length=80)]
    title: TextDocument
    severity: Severity
    status: Status
    why: TextDocument
    fix: TextDocument
    applies: Any = None
    expect: Any
    params: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Declaration] = {}
    max_age_s: Annotated[int, Field(gt=0)] | None = None
    high_risk: Annotated[str, Field(pattern=r"^\d+(\.\d+)+$")] | None = None
    tags: Words = ()


class PackDocument(Document):
    """`pack.yaml`."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    kind: PackKind
    title: TextDocument
    needs: dict[str, Annotated[int, Field(gt=0)]]
