"""The host's own settings: what the collector may ask for is bounded here."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rongdun_agent.errors import AgentError

SYSTEM_CONFIG = Path("/etc/rongdun/agent.toml")


class Config(BaseModel):
    """/etc/rongdun/agent.toml; every key may be missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval_s: int = Field(900, ge=10, description="seconds between two cycles until the collector asks for others")
    interval_min_s: int = Field(60, ge=10, description="the shortest interval that the collector may ask for")
    interval_max_s: int = Field(86_400, ge=60, description="the longest interval that the collector may ask for")
    walk_every_s: int = Field(86_400, ge=3_600, description="seconds between two walks over the whole file system")
    volatile_every_s: int = Field(3_600, ge=60, description="seconds between two reports of the volatile sections")
    spool_bytes: int = Field(64 * 2**20, ge=2**20, description="bound of the spool, compressed, in bytes")


def load_config(path: Path | None = None) -> Config:
    """Read the settings; a missing default file means the defaults, a missing named file is an error."""
    where = path or SYSTEM_CONFIG
    try:
        return Config.model_validate(tomllib.loads(where.read_text()))
    except FileNotFoundError as error:
        if path is None:
            return Config()
        raise AgentError(str(where), "does not exist", "name an existing file, or leave --config out") from error
    except (OSError, UnicodeDecodeError) as error:
        raise AgentError(str(where), f"cannot be read ({error})", "mend its permissions or encoding") from error
    except tomllib.TOMLDecodeError as error:
        raise AgentError(str(where), f"is no TOML: {error}", "mend that line") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise AgentError(f"{where}: {key}", first["msg"], f"known keys: {', '.join(Config.model_fields)}") from error
