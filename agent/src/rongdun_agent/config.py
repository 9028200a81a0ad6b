"""The host's own settings: what the collector may ask for is bounded here."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rongdun_agent.errors import AgentError

SYSTEM_CONFIG = Path("/etc/rongdun/agent.toml")
_WAITED = "percent of the last ten seconds in which something on this host waited for"


class DrillBounds(BaseModel):
    """The table `[drill]`: what a drill that the collector orders may ask of this host."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=True, description="whether the host takes part in drills at all")
    longest_s: int = Field(
        30 * 86_400, ge=60, le=366 * 86_400, description="the longest time that one drill may be watched for"
    )
    period_min_s: float = Field(5, ge=1, description="the shortest time between two check-ins of an unchanged host")
    sections: tuple[str, ...] | None = Field(None, description="the only sections that may be watched; unset: any")
    directories: int = Field(1024, ge=16, description="the most directories that the kernel is asked to watch")


class GuessBounds(BaseModel):
    """The table `[weak_passwords]`: whether and how passwords are tried, on this host alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=False, description="whether the agent tries passwords by itself")
    words: Path | None = Field(None, description="a file of further words, one a line, tried after the common ones")
    organisation: tuple[str, ...] = Field(
        (), max_length=20, description="names from which people here make passwords: of the unit, the city, the system"
    )
    seconds: int = Field(120, ge=1, le=600, description="the longest time that one round of trying takes")
    every_s: int = Field(
        604_800, ge=3_600, description="seconds between two rounds; a changed password is tried in the next cycle"
    )


class Config(BaseModel):
    """/etc/rongdun/agent.toml; every key may be missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval_s: int = Field(900, ge=10, description="seconds between two cycles until the collector asks for others")
    interval_min_s: int = Field(60, ge=10, description="the shortest interval that the collector may ask for")
    interval_max_s: int = Field(86_400, ge=60, description="the longest interval that the collector may ask for")
    walk_every_s: int = Field(86_400, ge=3_600, description="seconds between two walks over the whole file system")
    volatile_every_s: int = Field(3_600, ge=60, description="seconds between two reports of the volatile sections")
    pressure_cpu: int = Field(60, ge=1, le=100, description=f"{_WAITED} a processor; above it a cycle waits")
    pressure_memory: int = Field(10, ge=1, le=100, description=f"{_WAITED} memory; above it a cycle waits")
    pressure_io: int = Field(60, ge=1, le=100, description=f"{_WAITED} disks; above it a cycle waits")
    pressure_wait_s: int = Field(
        300, ge=0, le=3_600, description="seconds that a cycle waits at most for less pressure"
    )
    spool_bytes: int = Field(64 * 2**20, ge=2**20, description="bound of the spool, compressed, in bytes")
    require_signed_packs: bool = Field(
        default=False, description="whether `--pack` refuses packs that no trusted key signed (`*.pub` in keys.d)"
    )
    drill: DrillBounds = Field(DrillBounds(), description="what a drill may ask for")
    weak_passwords: GuessBounds = Field(GuessBounds(), description="trying passwords that anybody would guess")


_TABLES: Mapping[str, type[BaseModel]] = MappingProxyType({"drill": DrillBounds, "weak_passwords": GuessBounds})


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
        known = _TABLES.get(key.partition(".")[0] if "." in key else "", Config).model_fields
        raise AgentError(f"{where}: {key}", first["msg"], f"known keys: {', '.join(known)}") from error
