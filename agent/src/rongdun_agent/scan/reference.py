"""The earlier survey that rules over `new:` compare with, from a file that `rongdun-agent facts` wrote."""

import json
from pathlib import Path
from typing import Any

from rongdun_agent.errors import AgentError
from rongdun_contract.documents import Section, Survey, Unavailable, section_of
from rongdun_contract.facts import SECTIONS

_REMEDY = "name a file that `rongdun-agent facts` wrote on this host"


def read_reference(path: Path | None) -> Survey | None:
    """The survey in a file, None where none is named; what an older agent could not read is not in it."""
    if path is None:
        return None
    try:
        plain = json.loads(path.read_text("utf-8"))
        return {name: _part(name, said) for name, said in plain.items() if name in SECTIONS}
    except OSError as error:
        raise AgentError(str(path), f"cannot be read ({error.strerror})", _REMEDY) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise AgentError(str(path), "does not hold the facts of a host", _REMEDY) from error


def _part(name: str, said: dict[str, Any]) -> Section | Unavailable:
    if "unavailable" in said:
        return Unavailable(said["unavailable"])
    SECTIONS[name].model.model_validate(said["facts"])
    return section_of(int(said["schema"]), said["facts"], said.get("sources", {}))
