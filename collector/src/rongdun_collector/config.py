"""Every setting of the collector; the command line names it `--field`, the environment `RONGDUN_FIELD`."""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import URL

from rongdun_collector.errors import CollectorError

ENVIRONMENT_PREFIX = "RONGDUN_"
Seconds = Annotated[int, Field(ge=1, le=366 * 86400)]


class Settings(BaseModel):
    """How this collector runs; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[
        str, Field(description="address to listen on; anything but loopback needs TLS and an administrator")
    ] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="port to listen on; 0 takes a free one")] = 8600
    data: Annotated[Path, Field(description="folder of the SQLite database and of tls/")] = Path("rongdun-data")
    database: Annotated[
        str | None,
        Field(description="sqlite:///PATH or postgresql://USER@HOST/NAME; else an SQLite file in the data folder"),
    ] = None
    tls_cert: Annotated[
        Path | None, Field(description="certificate chain (PEM); else tls/server.pem in the data folder")
    ] = None
    tls_key: Annotated[
        Path | None, Field(description="its private key (PEM); else tls/server.key in the data folder")
    ] = None
    behind_tls_proxy: Annotated[
        bool, Field(description="a proxy in front ends TLS; plain HTTP beyond loopback is meant")
    ] = False
    packs: Annotated[
        tuple[Path, ...], Field(description="packs of rules, built (JSON) or as folders; else those that come along")
    ] = ()
    drill_packs: Annotated[
        tuple[Path, ...],
        Field(description="packs of kind drill, built (JSON) or as folders; else those that come along"),
    ] = ()
    pack_keys: Annotated[
        Path, Field(description="folder of public keys (*.pub); a signed pack is used only if one of them signed it")
    ] = Path("/etc/rongdun/keys.d")
    require_signed_packs: Annotated[
        bool, Field(description="refuse what `packs` names unless it is signed; what comes along needs no signature")
    ] = False
    controls: Annotated[
        Path | None, Field(description="control framework, built (JSON) or YAML; else the one that comes along")
    ] = None
    overlay: Annotated[
        Path | None, Field(description="an organisation's overlay (YAML): parameters of rules tightened, or waived")
    ] = None
    schemes: Annotated[
        Path | None, Field(description="folder of drill scoring schemes (YAML); else those that come along")
    ] = None
    interval_s: Annotated[Seconds, Field(description="how often hosts check in")] = 900
    silent_after_s: Annotated[
        Seconds, Field(description="a host not heard of for so long is silent; its scores go stale")
    ] = 7200
    session_idle_s: Annotated[Seconds, Field(description="a sign-in ends after so long without a request")] = 1800

    @property
    def database_url(self) -> str | URL:
        """The address of the database."""
        return self.database or URL.create("sqlite", database=str(self.data / "rongdun.sqlite"))

    @property
    def certificate(self) -> tuple[Path, Path] | None:
        """Certificate chain and key where TLS is configured."""
        if self.tls_cert is not None or self.tls_key is not None:
            return _pair(self.tls_cert, self.tls_key)
        cert, key = self.data / "tls" / "server.pem", self.data / "tls" / "server.key"
        return (cert, key) if cert.exists() and key.exists() else None

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the address that is listened on."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def read_settings(given: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """Settings from the command line (None: not given), then from the environment, then the defaults."""
    values: dict[str, Any] = {}
    for name in Settings.model_fields:
        said = environment.get(ENVIRONMENT_PREFIX + name.upper())
        if given.get(name) is not None:
            values[name] = given[name]
        elif said:
            values[name] = said.split(":") if name in {"packs", "drill_packs"} else said
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        remedy = f"change --{where.replace('_', '-')} or {ENVIRONMENT_PREFIX}{where.upper()}"
        raise CollectorError(where, f"{first['input']!r} cannot be used: {first['msg']}", remedy) from error


def _pair(cert: Path | None, key: Path | None) -> tuple[Path, Path]:
    if cert is None or key is None:
        raise CollectorError("tls", "only one of certificate and key is named", "name both: --tls-cert and --tls-key")
    return cert, key
